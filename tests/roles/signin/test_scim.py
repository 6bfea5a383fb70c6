"""SCIM 2.0, by the examples of RFC 7643 (section 8) and RFC 7644 (section 3), shortened where they repeat themselves."""

import json
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import CLI, SYSTEM
from pentad.core.models import AuditLine
from pentad.roles.access import actions
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import Role
from pentad.roles.access.scim.models import ProvisionedGroup
from tests.roles.signin.conftest import PASSWORD

pytestmark = pytest.mark.django_db
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BASE = "http://testserver/scim/v2"

BARBARA: dict[str, Any] = {  # RFC 7643, 8.3
    "schemas": [USER, ENTERPRISE],
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara",
        "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "active": True,
    ENTERPRISE: {"employeeNumber": "701984", "costCenter": "4130", "department": "Tour Operations"},
}  # fmt: skip


class Provider:
    """An identity provider's side of the wire."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = json.dumps(body) if body is not None else ""
        answer = self.client.generic(method, f"/scim/v2{path}", data, content_type="application/scim+json")
        if answer.content:
            assert answer.headers["Content-Type"] == "application/scim+json"
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def patch(self, path: str, *operations: dict[str, Any]) -> tuple[int, Any]:
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
def scim(nadia: User) -> Provider:
    return Provider(actions.add_key(actor=CLI, name="identity provider", role="admin")[1])


@pytest.fixture
def barbara(scim: Provider) -> Any:
    status, made = scim("POST", "/Users", BARBARA)
    assert status == 201, made
    return made


class TestUsers:
    def test_are_made_and_read_back_as_they_were_sent(self, scim: Provider, barbara: Any) -> None:
        assert barbara["meta"]["location"] == f"{BASE}/Users/{barbara['id']}"
        assert barbara["meta"]["resourceType"] == "User"
        for name in ("externalId", "userName", "name", "displayName", "emails", "phoneNumbers", "title", ENTERPRISE):
            assert barbara[name] == BARBARA[name], name
        assert scim("GET", f"/Users/{barbara['id']}") == (200, barbara)
        user = User.objects.get(pk=barbara["id"])
        assert (user.email, user.name, user.role, user.is_active) == (
            "bjensen@example.com",
            "Babs Jensen",
            "member",
            True,
        )
        assert not user.has_usable_password()
        assert AuditLine.objects.get(action="provision_user").actor.startswith("key:")

    def test_the_minimal_one_does_and_one_without_any_address_does_not(self, scim: Provider) -> None:
        assert scim("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"})[0] == 201  # 7643, 8.1
        status, fault = scim("POST", "/Users", {"schemas": [USER], "userName": "bjensen", "externalId": "bjensen"})
        assert (status, fault["scimType"]) == (400, "invalidValue")
        assert "e-mail address" in fault["detail"]

    def test_one_account_for_an_address(self, scim: Provider, barbara: Any, nadia: User) -> None:
        for email in ("BJensen@example.com", nadia.email):
            status, fault = scim("POST", "/Users", {"schemas": [USER], "userName": email})
            assert (status, fault["scimType"]) == (409, "uniqueness")
            assert fault["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]

    def test_are_replaced(self, scim: Provider, barbara: Any) -> None:
        """RFC 7644, 3.5.1: what is left out goes."""
        wanted = {"schemas": [USER], "userName": "bjensen@example.com", "name": BARBARA["name"], "roles": [],
                  "emails": [{"value": "bjensen@example.com"}, {"value": "babs@jensen.org"}]}  # fmt: skip
        status, said = scim("PUT", f"/Users/{barbara['id']}", wanted)
        assert status == 200
        assert "title" not in said
        assert said["name"]["givenName"] == "Barbara"
        assert User.objects.get(pk=barbara["id"]).name == "Ms. Barbara J Jensen, III"

    def test_are_patched(self, scim: Provider, barbara: Any) -> None:
        """RFC 7644, 3.5.2.3, and what Entra ID sends: another case, booleans as words."""
        path = f"/Users/{barbara['id']}"
        status, said = scim.patch(
            path,
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "barbara@example.com"},
            {"op": "Replace", "path": "displayName", "value": "Barbara"},
            {"op": "remove", "path": "title"},
        )
        assert (status, said["displayName"], said["emails"][0]["value"]) == (200, "Barbara", "barbara@example.com")
        assert "title" not in said
        user = User.objects.get(pk=barbara["id"])
        assert (user.email, user.name) == ("barbara@example.com", "Barbara")
        assert scim.patch(path, {"op": "Replace", "path": "active", "value": "False"})[1]["active"] is False
        status, fault = scim.patch(path, {"op": "replace", "path": "id", "value": "1"})
        assert (status, fault["scimType"]) == (400, "mutability")

    def test_deactivating_ends_the_sessions_and_activating_opens_the_account(self, scim: Provider, tom: User) -> None:
        his = Client()
        his.post("/signin/", {"login": tom.email, "password": PASSWORD})
        assert his.get("/account/").status_code == 200
        path = f"/Users/{tom.pk}"
        assert scim.patch(path, {"op": "replace", "value": {"active": False}})[1]["active"] is False
        assert his.get("/account/").status_code == 302
        scim.patch(path, {"op": "replace", "value": {"active": True}})
        assert Client().post("/signin/", {"login": tom.email, "password": PASSWORD}).headers["Location"] == "/"

    def test_are_deleted_and_may_come_back(self, scim: Provider, barbara: Any) -> None:
        path = f"/Users/{barbara['id']}"
        assert scim("DELETE", path) == (204, None)
        assert scim("GET", path)[0] == scim("DELETE", path)[0] == 404
        assert scim("GET", '/Users?filter=userName eq "bjensen@example.com"')[1]["totalResults"] == 0
        assert not User.objects.get(pk=barbara["id"]).is_active
        assert scim("POST", "/Users", BARBARA)[1]["id"] == barbara["id"]
        assert User.objects.get(pk=barbara["id"]).is_active

    def test_the_last_administrator_stays(self, scim: Provider, nadia: User) -> None:
        assert scim("DELETE", f"/Users/{nadia.pk}")[0] == 409
        assert scim.patch(f"/Users/{nadia.pk}", {"op": "replace", "value": {"active": False}})[0] == 409
        assert User.objects.get(pk=nadia.pk).is_active


class TestSearch:
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ('userName eq "bjensen@example.com"', 1),
            ('userName Eq "BJENSEN@example.com"', 1),
            ('externalId eq "701984"', 1),
            ('externalId eq "0"', 0),
            ('name.familyName co "ense"', 1),
            ('userName sw "B"', 1),
            ("title pr", 1),
            ('title pr and userType eq "Employee"', 0),
            ('emails[type eq "home" and value co "jensen.org"]', 1),
            ("active eq true", 2),
            (f'{ENTERPRISE}:department eq "Tour Operations"', 1),
        ],
    )
    def test_filters(self, scim: Provider, barbara: Any, wanted: str, found: int) -> None:
        """RFC 7644, 3.4.2.2; Nadia, who has an account, counts too."""
        status, page = scim("GET", f"/Users?filter={wanted}")
        assert (status, page["totalResults"], len(page["Resources"])) == (200, found, found)

    def test_a_filter_that_is_none_is_refused(self, scim: Provider) -> None:
        for wanted in ("userName", "userName zz 1", '(userName eq "x"'):
            status, fault = scim("GET", f"/Users?filter={wanted}")
            assert (status, fault["scimType"]) == (400, "invalidFilter")

    def test_pages(self, scim: Provider, barbara: Any, tom: User) -> None:
        page = scim("GET", "/Users?startIndex=2&count=1")[1]
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
        assert page["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
        assert [one["id"] for one in page["Resources"]] == [barbara["id"]]
        assert scim("GET", "/Users?count=0")[1]["totalResults"] == 3
        assert scim("GET", "/Users?count=x")[0] == 400

    def test_attributes(self, scim: Provider, barbara: Any) -> None:
        one = scim("GET", f"/Users/{barbara['id']}?attributes=userName")[1]
        assert set(one) == {"schemas", "id", "userName"}
        (listed,) = scim("GET", '/Users?filter=externalId eq "701984"&excludedAttributes=emails')[1]["Resources"]
        assert "emails" not in listed and "name" in listed


class TestGroups:
    @pytest.fixture
    def guides(self, scim: Provider, barbara: Any) -> Any:
        group = {"schemas": [GROUP], "displayName": "Tour Guides", "members": [{"value": barbara["id"]}]}  # 7643, 8.4
        status, made = scim("POST", "/Groups", group)
        assert status == 201, made
        return made

    def test_are_made_and_seen_at_their_members(self, scim: Provider, barbara: Any, guides: Any) -> None:
        (member,) = guides["members"]
        assert (member["value"], member["$ref"]) == (barbara["id"], f"{BASE}/Users/{barbara['id']}")
        (membership,) = scim("GET", f"/Users/{barbara['id']}")[1]["groups"]
        assert (membership["value"], membership["display"]) == (guides["id"], "Tour Guides")
        assert scim("GET", '/Groups?filter=displayName eq "tour guides"')[1]["totalResults"] == 1

    def test_members_come_and_go(self, scim: Provider, barbara: Any, guides: Any, tom: User) -> None:
        """RFC 7644, 3.5.2.1 and 3.5.2.2."""
        path = f"/Groups/{guides['id']}"
        add = {"op": "add", "path": "members", "value": [{"display": "Tom", "value": str(tom.pk)}]}
        assert len(scim.patch(path, add)[1]["members"]) == 2
        said = scim.patch(path, {"op": "remove", "path": f'members[value eq "{barbara["id"]}"]'})[1]
        assert [member["value"] for member in said["members"]] == [str(tom.pk)]
        assert "members" not in scim.patch(path, {"op": "remove", "path": "members"})[1]
        status, fault = scim.patch(path, {"op": "add", "path": "members", "value": [{"value": "99999"}]})
        assert (status, fault["scimType"]) == (400, "invalidValue")

    def test_give_roles_once_an_administrator_says_so(
        self, scim: Provider, barbara: Any, guides: Any, nadia: User
    ) -> None:
        office = Client()
        office.force_login(nadia)
        role = lambda: User.objects.get(pk=barbara["id"]).role  # noqa: E731
        assert role() == "member"
        office.post("/settings/provisioning/", {"group": guides["id"], "role": "admin"})
        assert role() == "admin"
        scim("PUT", f"/Groups/{guides['id']}", {"schemas": [GROUP], "displayName": "Tour Guides", "members": []})
        assert role() == "member"
        scim.patch(f"/Groups/{guides['id']}", {"op": "add", "path": "members", "value": [{"value": barbara["id"]}]})
        assert role() == "admin"
        assert scim("DELETE", f"/Groups/{guides['id']}")[0] == 204
        assert role() == "member"
        assert not ProvisionedGroup.objects.exists()


class TestService:
    def test_says_what_it_can(self, scim: Provider) -> None:
        said = scim("GET", "/ServiceProviderConfig")[1]
        assert (said["patch"], said["bulk"]["supported"]) == ({"supported": True}, False)
        assert said["filter"] == {"supported": True, "maxResults": 200}
        assert said["authenticationSchemes"][0]["type"] == "oauthbearertoken"
        kinds = scim("GET", "/ResourceTypes")[1]["Resources"]
        assert [(kind["id"], kind["endpoint"]) for kind in kinds] == [("User", "/Users"), ("Group", "/Groups")]
        assert scim("GET", "/ResourceTypes/User")[1]["schemaExtensions"][0]["schema"] == ENTERPRISE
        assert {one["id"] for one in scim("GET", "/Schemas")[1]["Resources"]} == {USER, ENTERPRISE, GROUP}
        assert "userName" in {one["name"] for one in scim("GET", f"/Schemas/{USER}")[1]["attributes"]}

    def test_takes_a_key_with_the_right_and_nothing_else(self, nadia: User, client: Client) -> None:
        client.force_login(nadia)
        assert client.get("/scim/v2/Users").status_code == 401, "a colleague's cookie counts for nothing"
        assert Provider("ptd_guess")("GET", "/Users")[0] == 401
        member = Provider(actions.add_key(actor=CLI, name="report", role="member")[1])
        for method, path in (("GET", "/Users"), ("POST", "/Groups"), ("GET", "/Schemas"), ("DELETE", "/Users/1")):
            status, fault = member(method, path, {} if method == "POST" else None)
            assert (status, fault["status"]) == (403, "403")

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/Users/0", None, 404),
            ("GET", "/Users/x", None, 404),
            ("GET", "/Groups/x", None, 404),
            ("GET", "/Schemas/x", None, 404),
            ("POST", "/Users", {"schemas": [USER]}, 400),
            ("POST", "/Users", {"schemas": [USER], "userName": 5}, 400),
            ("POST", "/Users", [], 400),
            ("DELETE", "/Users", None, 405),
            ("POST", "/ServiceProviderConfig", {}, 405),
        ],
    )
    def test_faults_are_scims_own(self, scim: Provider, method: str, path: str, body: Any, status: int) -> None:
        answered, fault = scim(method, path, body)
        assert (answered, fault["schemas"]) == (status, ["urn:ietf:params:scim:api:messages:2.0:Error"])

    def test_a_key_that_keeps_accounts_can_do_nothing_else(self, scim: Provider, nadia: User) -> None:
        from pentad.roles.access.rights_models import Grant, Role

        Grant.objects.create(role=Role.objects.create(name="provisioning", label="Provisioning"), right="scim.edit")
        _, token = actions.add_key(actor=SYSTEM, name="directory", role="provisioning")
        assert Provider(token)("POST", "/Users", BARBARA)[0] == 201
        assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/people").status_code == 403


class TestWhatProvidersMayNot:
    @pytest.fixture
    def directory(self, nadia: User) -> Provider:
        """A key that keeps accounts and may do nothing else."""
        Role.objects.create(name="provisioning", label="Provisioning").grants.create(right="scim.edit")
        return Provider(actions.add_key(actor=SYSTEM, name="directory", role="provisioning")[1])

    def test_an_administrators_address_is_not_theirs_to_change(
        self, directory: Provider, scim: Provider, nadia: User, tom: User
    ) -> None:
        change = {"op": "replace", "path": "emails", "value": [{"value": "eve@evil.example", "primary": True}]}
        status, fault = directory.patch(f"/Users/{nadia.pk}", change)
        assert (status, User.objects.get(pk=nadia.pk).email) == (403, "nadia@kestrel.example"), fault
        assert directory.patch(f"/Users/{nadia.pk}", {"op": "replace", "path": "title", "value": "CTO"})[0] == 200
        assert directory.patch(f"/Users/{tom.pk}", change)[0] == 200
        change["value"] = [{"value": "nadia@new.example"}]
        assert scim.patch(f"/Users/{nadia.pk}", change)[0] == 200, "a key that may do everything"
        change["value"] = [{"value": "no address"}]
        assert scim.patch(f"/Users/{tom.pk}", change)[0] in (400, 422)

    @pytest.mark.parametrize(
        "said",
        [
            {"userName": "half\ud800@x.example"}, {"displayName": "a\ud800"}, {"name": {"formatted": "\udfff"}},
            {"displayName": "a\0b"}, {"title": "a\0b"}, {"externalId": "a\0b"}, {"externalId": "e" * 255},
            {"userName": f"{'e' * 250}@x.example"}, {"title": float("nan")}, {"emails": [{"value": f"{'e' * 250}@x.example"}]},
        ],
        ids=lambda said: f"{next(iter(said))}",
    )  # fmt: skip
    def test_what_no_row_can_hold_is_refused(self, scim: Provider, tom: User, said: dict[str, Any]) -> None:
        body = {"schemas": [USER], "userName": "new@x.example", **said}
        for method, path in (("POST", "/Users"), ("PUT", f"/Users/{tom.pk}")):
            status, fault = scim(method, path, body)
            assert status in (400, 422), (method, fault)

    def test_groups_too(self, scim: Provider) -> None:
        for said in ({"displayName": "a\0"}, {"displayName": "\ud800"}, {"externalId": "e" * 255}):
            assert scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "Staff", **said})[0] == 400

    def test_nothing_is_too_deep_far_or_long(self, scim: Provider, tom: User) -> None:
        for body in ("[" * 100_000, '{"a":' * 100_000, "[" * 500 + "]" * 500, '{"a":' * 50 + "1" + "}" * 50):
            answer = scim.client.generic("POST", "/scim/v2/Users", body, content_type="application/scim+json")
            assert answer.status_code == 400
        page = scim("GET", "/Users?startIndex=99999999999999999999999999")[1]
        assert (page["totalResults"], page["Resources"]) == (2, [])
        assert scim("GET", f"/Users?startIndex={'9' * 5_000}")[0] == 400
        assert scim("GET", f"/Users?filter={'(' * 3_000}")[0] == 400
        assert scim("GET", f"/Users?filter={'not (' * 1_000}active eq true{')' * 1_000}")[0] in (200, 400)
        many = [{"op": "replace", "path": "title", "value": "Guide"}] * 1_001
        assert scim.patch(f"/Users/{tom.pk}", *many)[0] == 413
        assert scim.patch(f"/Users/{tom.pk}", *many[:1_000])[0] == 200
        members = [{"value": str(tom.pk)}] * 10_001
        assert scim("POST", "/Groups", {"schemas": [GROUP], "displayName": "All", "members": members})[0] == 413
