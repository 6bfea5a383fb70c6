"""Where mail providers report to: /hooks/mail/<destination>/<secret>/.

The secret in the address says that it is the provider; where a key or a password for reports is set, each is to prove itself by
that besides. What is refused is told of on the destination's page.
"""

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pentad.core.actor import SYSTEM, acting_as
from pentad.platforms.channels import hook_log
from pentad.platforms.channels.hook_addresses import reports, secret_of
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import open_adapter

MOST_BYTES = 10 * 1024 * 1024
"""An answer with attachments. Those are read, and not kept."""
AGAIN_SECONDS = "30"
log = structlog.get_logger(__name__)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, id: str, secret: str) -> HttpResponse:
    """A report, or several at once. Providers look whether the address is there with GET or HEAD."""
    row = Destination.objects.filter(public_id=id).first()  # one in the archive too: what left by it still comes back
    if row is None or not reports(row) or not constant_time_compare(secret, secret_of(row)):
        return HttpResponse(status=404)
    if request.method != "POST":
        return HttpResponse()
    if not (request.META.get("CONTENT_LENGTH") or "").isdecimal():
        return HttpResponse("Say how long the report is.", status=411)
    if int(request.META["CONTENT_LENGTH"]) > MOST_BYTES:
        return HttpResponse(status=413)
    return _taken(request, row)


def _taken(request: HttpRequest, row: Destination) -> HttpResponse:
    from pentad.platforms.channels.adapters.proofs import NotTaken
    from pentad.platforms.channels.reports import take

    adapter: Any = open_adapter(row)
    try:
        events = _read(request, adapter.readers())
    except NotTaken as error:
        return _refused(row, error.words, error.status)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except Exception as error:  # whatever anymail raises of what is no report
        log.warning("report_unreadable", destination=row.pk, error=type(error).__name__)
        return _refused(row, "It could not be read: this is no report that is known of.", 400)
    with acting_as(SYSTEM):
        taken = take(row, events)
    hook_log.took(row)
    log.info("reports", destination=row.pk, events=len(events), known=taken.known, again=taken.again)
    if taken.again:
        return _answer("Not all of it could be written down: tell again.", 503, {"Retry-After": AGAIN_SECONDS})
    return HttpResponse(status=200)


def _refused(row: Destination, words: str, status: int) -> HttpResponse:
    hook_log.refused(row, words)
    log.warning("report_refused", destination=row.pk, status=status, why=words)
    return _answer(words, status, {"WWW-Authenticate": 'Basic realm="reports"'} if status == 401 else {})


def _answer(words: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(words, status=status, headers=headers, content_type="text/plain; charset=utf-8")


def _read(request: HttpRequest, readers: list[Any]) -> list[Any]:
    """All kinds come to one address: a reader of the one kind raises for what is of the other. Each asks for its own proof."""
    from anymail.exceptions import AnymailConfigurationError

    form = not (request.content_type or "").endswith("json")
    places = list(reversed(readers) if form else readers)
    for reader in places[:-1]:
        try:
            return list(reader.read(request))
        except (AnymailConfigurationError, KeyError):
            continue
    return list(places[-1].read(request))
