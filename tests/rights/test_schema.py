"""Calls made up from the API's own document, as each role: answers fit the document and name nobody who is hidden."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from pentad.config.routers import api
from pentad.roles.access.builtin import ROLES
from tests.data.road import Road
from tests.rights.world import WHOSE, World, build, sees, word

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLS = 6
"""Made-up calls of each operation, for each role."""


@pytest.mark.once
@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_api_answers_each_role_as_its_document_says(road: Road, role: str) -> None:
    world = build(road, role)
    hidden = [word(whose) for whose in WHOSE if not sees(role, whose)]
    schema: Any = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
    schema.app = get_wsgi_application()
    schema.location = "http://testserver/api/v1/openapi.json"
    for found in schema.get_all_operations():
        _call(world, found.ok(), hidden)


def _call(world: World, operation: Any, hidden: list[str]) -> None:
    ids = st.sampled_from([person.id for person in world.people.values()])

    @settings(
        max_examples=CALLS, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), id=st.none() | ids)
    def told(case: Any, id: str | None) -> None:
        if id is not None and "id" in case.path_parameters:
            case.path_parameters["id"] = id  # of somebody there is, who may be hidden
        answer = case.call_and_validate(headers={"authorization": f"Bearer {world.token}"}, checks=CHECKS)
        assert [name for name in hidden if name in answer.text] == []

    told()
