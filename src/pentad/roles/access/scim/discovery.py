"""What this SCIM service says of itself (RFC 7644, section 4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    EnterpriseUser,
    ETag,
    Filter,
    Group,
    ListResponse,
    Meta,
    NotFoundException,
    Patch,
    ResourceType,
    Schema,
    ServiceProviderConfig,
    Sort,
    User,
)

from pentad.roles.access.scim.queries import MOST
from pentad.roles.access.scim.resources import Person
from pentad.roles.access.scim.views import NotAllowed, _json, base_of, scim


@scim
def config(request: HttpRequest) -> HttpResponse:
    _only_get(request)
    bearer = AuthenticationScheme(
        type=AuthenticationScheme.Type.oauthbearertoken,
        name="API key",
        description="The token of an API key whose role has the right scim.edit",
        primary=True,
    )
    said = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[bearer],
        meta=Meta(resource_type="ServiceProviderConfig", location=f"{base_of(request)}/ServiceProviderConfig"),
    )
    return _json(said.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


@scim
def resource_types(request: HttpRequest, id: str = "") -> HttpResponse:
    made: list[Any] = [ResourceType.from_resource(kind) for kind in (Person, Group)]
    for one in made:
        one.meta = Meta(resource_type="ResourceType", location=f"{base_of(request)}/ResourceTypes/{one.id}")
    return _some(request, made, ResourceType, id)


@scim
def schemas(request: HttpRequest, id: str = "") -> HttpResponse:
    made: list[Any] = [kind.to_schema() for kind in (User, EnterpriseUser, Group)]
    for one in made:
        one.meta = Meta(resource_type="Schema", location=f"{base_of(request)}/Schemas/{one.id}")
    return _some(request, made, Schema, id)


def _some(request: HttpRequest, made: list[Any], kind: Any, id: str) -> HttpResponse:
    """All of them, or the one that is named."""
    _only_get(request)
    if id:
        found = next((one for one in made if str(one.id) == id), None)
        if found is None:
            raise NotFoundException(detail=f"There is no {kind.__name__} {id}.")
        return _json(found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
    page = ListResponse[kind](total_results=len(made), start_index=1, items_per_page=len(made), resources=made)
    return _json(page.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


def _only_get(request: HttpRequest) -> None:
    if request.method != "GET":
        raise NotAllowed(detail="Only GET is possible here.")
