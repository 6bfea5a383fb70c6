"""/api/v1: bearer tokens in, JSON out, errors as problem+json with a stable code.

Features expose a `router` in their `api.py`; it is mounted here. The OpenAPI document is committed
(docs/reference/openapi.json): changing it is a deliberate diff.
"""

from importlib import import_module
from importlib.util import find_spec

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.platforms.api.auth import Bearer
from pentad.platforms.api.problem import problem

FEATURES = ["pentad.data.profiles", "pentad.data.identity", "pentad.data.ingest"]

api = NinjaAPI(
    title="Pentad",
    version="1",
    description="Customers, their events, merges and receipts of a Pentad installation.",
    auth=Bearer(),
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)


@api.exception_handler(PentadError)
def _pentad_error(request: HttpRequest, error: PentadError) -> HttpResponse:
    return problem(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "message": fault["msg"]}
        for fault in error.errors
    ]
    said = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return problem(Invalid(f"The call has values that do not fit: {said}.", code="invalid_request", errors=faults), 422)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(Invalid(error.message, code="bad_request"), error.status_code)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(NotFound("There is no such thing."))


for feature in FEATURES:
    if find_spec(f"{feature}.api"):
        api.add_router("", import_module(f"{feature}.api").router)
