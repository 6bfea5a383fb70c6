"""Dialogs whose address was opened by itself, from a bookmark or a copied link: shown on a page, as everywhere."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe

from pentad.core.errors import NotFound
from pentad.roles.views.spec import known_list

MARK = b"data-modal"
"""In the first tag of what `<c-modal>` renders."""


def frame_dialogs(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Put a dialog that no page asked for into one."""

    def framed(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "GET" or request.headers.get("HX-Request") or not getattr(request, "actor", None):
            return response
        if not isinstance(response, HttpResponse) or MARK not in response.content.lstrip().partition(b">")[0]:
            return response
        dialog = mark_safe(response.content.decode())  # noqa: S308  a template of ours has rendered it
        context = {"framed_dialog": dialog, "framed_home": home_of(request.path)}
        page = render(request, "shell/dialog.html", context, status=response.status_code)
        patch_vary_headers(page, ("HX-Request",))
        return page

    return framed


def home_of(path: str) -> str:
    """The page that a dialog belongs to: what its address lies below."""
    parts = path.strip("/").split("/")
    if parts[0] == "views" and len(parts) > 1:
        try:
            return known_list(parts[1]).url
        except NotFound:
            return "/"
    for end in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:end])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"
