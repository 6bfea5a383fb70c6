"""Template tags of results: `{% load experiments %}`. Loaded with every page, so what it shows is loaded when it is shown."""

from typing import TYPE_CHECKING

from django import template
from django.utils import timezone

if TYPE_CHECKING:
    from pentad.intelligence.experiments.results import Results
    from pentad.intelligence.experiments.shown import Shown

register = template.Library()


@register.simple_tag
def shown_results(results: "Results") -> "Shown":
    """`{% shown_results results as shown %}`: rows, bars and a chart, in the reader's time zone."""
    from pentad.intelligence.experiments import shown

    return shown.shown(results, timezone.get_current_timezone())
