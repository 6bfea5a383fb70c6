"""/api/v1: bearer tokens in, JSON out, errors as problem+json with a stable code.

Features expose a `router` in their `api.py`; `config.routers` mounts them. The OpenAPI document is committed
(docs/reference/openapi.json): changing it is a deliberate diff.
"""

from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.platforms.api.auth import Bearer
from pentad.platforms.api.parameters import refuse_unknown_parameters
from pentad.platforms.api.problem import SCHEMA, keep, problem


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name: clients that are generated from the document get methods with these names."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Every operation may answer with a problem; said once, not at each."""
        schema = super().get_openapi_schema(**options)
        fault = {"$ref": "#/components/schemas/Problem"}
        schema["components"]["schemas"]["Problem"] = SCHEMA
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = {
                    "description": "What went wrong",
                    "content": {"application/problem+json": {"schema": fault}},
                }
        return schema


api = Api(
    title="Pentad",
    version="1",
    description="Customers, their events and notes, segments, computed traits, merges, tasks, changes and receipts of a Pentad"
    " installation.",
    auth=Bearer(),
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)
api.add_decorator(refuse_unknown_parameters)


@api.exception_handler(PentadError)
def _pentad_error(request: HttpRequest, error: PentadError) -> HttpResponse:
    keep(error)
    return problem(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "message": fault["msg"]}
        for fault in error.errors
    ]
    said = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return problem(Invalid(f"The call has values that do not fit: {said}.", code="invalid_request", errors=faults), 422)


@api.exception_handler(UnicodeEncodeError)
def _half_character(request: HttpRequest, error: UnicodeEncodeError) -> HttpResponse:
    return problem(Invalid("A text holds half a character (a lone surrogate).", code="invalid_request"), 422)


@api.exception_handler(OverflowError)
@api.exception_handler(DataError)
def _beyond_bounds(request: HttpRequest, error: Exception) -> HttpResponse:
    """A moment before the year 1 in UTC, a number of forty digits, a null character: the database says so last."""
    return problem(Invalid("A value is larger than can be kept, or no text can hold it.", code="invalid_request"), 422)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(Invalid(error.message, code="bad_request"), error.status_code)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(NotFound("There is no such thing."))
