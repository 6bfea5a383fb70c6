"""Template tags of results: `{% load experiments %}`."""

from django import template
from django.utils import timezone

from pentad.intelligence.experiments import shown
from pentad.intelligence.experiments.results import Results

register = template.Library()


@register.simple_tag
def shown_results(results: Results) -> shown.Shown:
    """`{% shown_results results as shown %}`: rows, bars and a chart, in the reader's time zone."""
    return shown.shown(results, timezone.get_current_timezone())
