"""Where mail providers report to: /hooks/mail/<destination>/<secret>/.

The secret in the address says that it is the provider; where a signing key is set, each report is to carry its signature besides.
"""

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pentad.core.actor import SYSTEM, acting_as
from pentad.platforms.channels.hook_addresses import reports, secret_of
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import open_adapter

MOST_BYTES = 10 * 1024 * 1024
"""An answer with attachments. Those are read, and not kept."""
log = structlog.get_logger(__name__)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, id: str, secret: str) -> HttpResponse:
    """A report, or several at once. Providers look whether the address is there with GET or HEAD."""
    row = Destination.objects.filter(public_id=id).exclude(state=Destination.ARCHIVED).first()
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
    from anymail.exceptions import AnymailWebhookValidationFailure

    from pentad.platforms.channels.reports import take

    adapter: Any = open_adapter(row)
    try:
        events = _read(request, adapter)
    except AnymailWebhookValidationFailure:
        return HttpResponse("The signature is not right.", status=403)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except Exception as error:  # whatever anymail raises of what is no report
        log.warning("report_unreadable", destination=row.pk, error=type(error).__name__)
        return HttpResponse("This is no report that can be read.", status=400)
    with acting_as(SYSTEM):
        known = take(row, events)
    log.info("reports", destination=row.pk, events=len(events), known=known)
    return HttpResponse(status=200)


def _read(request: HttpRequest, adapter: Any) -> list[Any]:
    """Both kinds come to one address: anymail's reader of the one kind raises for what is of the other."""
    from anymail.exceptions import AnymailConfigurationError

    tracking, inbound = adapter.readers()
    form = not (request.content_type or "").endswith("json")
    first, second = (inbound, tracking) if form else (tracking, inbound)
    for place, reader in enumerate((first, second)):
        if adapter.signed and not (form and adapter.module == "sendgrid"):  # it signs events, and no mail that comes in
            reader.setup(request)
            reader.run_validators(request)
        try:
            return list(reader.parse_events(request))
        except (AnymailConfigurationError, KeyError):
            if place:
                raise
    return []
