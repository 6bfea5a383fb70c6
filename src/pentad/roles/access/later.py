"""Views that are loaded when they are first asked for, so that a start need not wait for libraries few requests use."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string


def later(view: str) -> Any:
    """The view of that dotted name."""

    def load(request: HttpRequest, **kept: str) -> HttpResponse:
        found: HttpResponse = import_string(view)(request, **kept)
        return found

    return load
