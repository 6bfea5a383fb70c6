"""The SCIM protocol: requests in, resources and errors out (RFC 7644)."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    Group,
    InvalidSyntaxException,
    InvalidValueException,
    ListResponse,
    PatchOp,
    ResponseParameters,
    SCIMException,
)

from pentad.core.action import check
from pentad.core.actor import Actor, acting_as
from pentad.core.errors import NotSignedIn, PentadError
from pentad.roles.access.queries import actor_by_token
from pentad.roles.access.scim import actions, bodies, queries
from pentad.roles.access.scim.models import ProvisionedGroup
from pentad.roles.access.scim.resources import POLICY, Person, group_of

View = Callable[..., HttpResponse]
TYPE = "application/scim+json"
LAST = 2**31
"""Where a page may begin at most: more than there can be accounts, and a number that databases know."""


class NotAllowed(SCIMException):
    status = 405


def scim(view: View) -> View:
    """A bearer token with scim.edit before the view, SCIM's own errors behind it. The session counts for nothing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actor = _actor(request)
            request.actor = actor  # type: ignore[attr-defined]
            with acting_as(actor), POLICY:
                return view(request, *args, **kwargs)
        except ValidationError as error:
            return _error(Error.from_validation_errors(error)[0])
        except SCIMException as error:
            return _error(error.to_error())
        except RecursionError:
            return _error(InvalidSyntaxException(detail="This is nested too deeply.").to_error())
        except PentadError as error:
            unique = "uniqueness" if error.status == 409 else None
            return _error(Error(status=error.status, scim_type=unique, detail=f"{error.message} {error.fix}".strip()))

    return cast(View, guarded)


def _actor(request: HttpRequest) -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_by_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if actor is None:
        raise NotSignedIn("Send “Authorization: Bearer TOKEN” with the token of an API key.")
    check(actor, "scim.edit")
    return actor


def _error(error: Error) -> HttpResponse:
    response = _json(error.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE), int(error.status or 500))
    if response.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _json(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body, default=str), status=status, content_type=TYPE)


def base_of(request: HttpRequest) -> str:
    return request.build_absolute_uri("/scim/v2")


def _answer(request: HttpRequest, resource: Any, context: Context, status: int = 200) -> HttpResponse:
    given = {key: request.GET[key].split(",") for key in ("attributes", "excludedAttributes") if request.GET.get(key)}
    shown = ResponseParameters[type(resource)].model_validate(given) if given else None  # type: ignore[misc]
    response = _json(resource.model_dump(scim_ctx=context, response_parameters=shown), status)
    if status == 201:
        response["Location"] = str(resource.meta.location)
    return response


def _list(request: HttpRequest, find: Callable[..., tuple[int, list[Any]]], kind: Any) -> HttpResponse:
    try:
        start, count = int(request.GET.get("startIndex", 1)), int(request.GET.get("count", queries.MOST))
    except ValueError:
        raise InvalidValueException(detail="startIndex and count are numbers.") from None
    start, count = min(max(start, 1), LAST), min(max(count, 0), queries.MOST)
    total, found = find(request.GET.get("filter", ""), base_of(request), start - 1, count)
    page = ListResponse[kind](total_results=total, start_index=start, items_per_page=len(found), resources=found)
    given = {key: request.GET[key].split(",") for key in ("attributes", "excludedAttributes") if request.GET.get(key)}
    shown = ResponseParameters[kind].model_validate(given) if given else None
    body = page.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=shown)
    return _json({"Resources": [], **body})


@scim
def users(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _list(request, queries.find_people, Person)
    if request.method != "POST":
        raise NotAllowed(detail="GET and POST are possible here.")
    person = Person.model_validate(bodies.read(request.body), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    user = actions.provision_user(actor=request.actor, person=person)  # type: ignore[attr-defined]
    return _answer(request, queries.person(user, base_of(request)), Context.RESOURCE_CREATION_RESPONSE, 201)


@scim
def user(request: HttpRequest, id: str) -> HttpResponse:
    found, base, actor = queries.user_by(id), base_of(request), request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return _answer(request, queries.person(found, base), Context.RESOURCE_QUERY_RESPONSE)
    if request.method == "DELETE":
        actions.deprovision_user(actor=actor, user=found)
        return HttpResponse(status=204)
    wanted, context = _changed(request, queries.person(found, base), Person)
    found = actions.change_provisioned(actor=actor, user=found, person=wanted)
    return _answer(request, queries.person(found, base), context)


@scim
def groups(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _list(request, queries.find_groups, Group)
    if request.method != "POST":
        raise NotAllowed(detail="GET and POST are possible here.")
    wanted = Group.model_validate(bodies.read(request.body), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = actions.save_group(actor=request.actor, group=ProvisionedGroup(), resource=wanted)  # type: ignore[attr-defined]
    return _answer(request, group_of(made, base_of(request)), Context.RESOURCE_CREATION_RESPONSE, 201)


@scim
def group(request: HttpRequest, id: str) -> HttpResponse:
    found, base, actor = queries.group_by(id), base_of(request), request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        return _answer(request, group_of(found, base), Context.RESOURCE_QUERY_RESPONSE)
    if request.method == "DELETE":
        actions.remove_group(actor=actor, group=found)
        return HttpResponse(status=204)
    wanted, context = _changed(request, group_of(found, base), Group)
    return _answer(request, group_of(actions.save_group(actor=actor, group=found, resource=wanted), base), context)


def _changed(request: HttpRequest, present: Any, kind: Any) -> tuple[Any, Context]:
    """The resource as PUT or PATCH wants it, and the context of the answer."""
    if request.method == "PUT":
        wanted = kind.model_validate(bodies.read(request.body), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        wanted.replace(present)
        return wanted, Context.RESOURCE_REPLACEMENT_RESPONSE
    if request.method == "PATCH":
        patch = PatchOp[kind].model_validate(bodies.read(request.body), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
        patch.patch(present)
        return present, Context.RESOURCE_PATCH_RESPONSE
    raise NotAllowed(detail="GET, PUT, PATCH and DELETE are possible here.")
