"""A small company whose customers belong to different colleagues, and an independent reading of who may see whom."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles import vocabulary
from pentad.data.profiles.models import Company
from pentad.engage.campaigns.models import Campaign
from pentad.roles.access import actions as accounts
from pentad.roles.access.builtin import ROLES
from pentad.roles.access.manage import actions
from pentad.roles.access.models import User
from pentad.roles.access.rights_models import Team
from pentad.roles.views import counts
from tests.data.road import Road

WHOSE = ("own", "mate", "below", "team", "shared", "other", "nobody")


def allowed(role: str, right: str) -> str:
    """The scope a built-in role has for a right, read straight from its list: the simplest evaluator there can be."""
    if "+" in right:
        scopes = [allowed(role, one) for one in right.split("+")]
        return scopes[0] if all(scopes) else ""
    grants = ROLES[role].grants
    area = right.partition(".")[0]
    return grants.get("*") or grants.get(f"{area}.*") or grants.get(right) or ""


def sees(role: str, whose: str, right: str = "people.view") -> bool:
    """Whether a holder of the role reaches the customer of that place."""
    scope = allowed(role, right)
    if not scope:
        return False
    if scope == "all" or whose == "own":
        return True
    if whose == "shared":
        return right.endswith(".view")
    return scope == "team" and whose in ("mate", "below", "team")


@dataclass
class World:
    """people: by whose they are. Each name and address holds a word that stands nowhere else."""

    user: User
    client: Client
    token: str
    people: dict[str, Person]
    companies: dict[str, Company]


def word(whose: str) -> str:
    return f"Zq{whose}x"


def build(road: Road, role: str) -> World:
    counts.forget_counts()  # other tests count other people, and know other traits
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    vocabulary.company_trait_names.forget()  # type: ignore[attr-defined]
    user, mate, below, other = (_user(name, "rep") for name in ("reader", "mate", "below", "other"))
    accounts.add_user(actor=SYSTEM, email="admin@kestrel.example", name="Admin", role="admin")
    accounts.change_user(actor=SYSTEM, user=user, role=role)
    europe = actions.save_team(actor=SYSTEM, name="Europe")
    dach = actions.save_team(actor=SYSTEM, name="DACH", parent=europe)
    for team, member in ((europe, user), (europe, mate), (dach, below)):
        actions.set_member(actor=SYSTEM, team=team, user=member, member=True)
    owners: dict[str, tuple[User | None, Team | None]] = {
        "own": (user, None), "mate": (mate, None), "below": (below, None), "team": (other, dach),
        "shared": (other, None), "other": (other, None), "nobody": (None, None),
    }  # fmt: skip
    messages: list[dict[str, Any]] = []
    for whose in owners:
        name, user_id = word(whose), f"u-{whose}"
        traits = {
            "name": f"{name} Person",
            "email": f"{name}@lumen.example",
            "phone": f"+49{name}",
            "plan": name,
            "health": name,
        }
        messages += [
            {"type": "identify", "userId": user_id, "traits": traits},
            {"type": "track", "event": "Called", "userId": user_id, "properties": {"plan": name}},
            {"type": "group", "userId": user_id, "groupId": f"g-{whose}", "traits": {"name": f"{name} Company"}},
        ]
    road.send(*messages)
    people = {whose: road.person(f"user_id:u-{whose}") for whose in owners}
    companies = {whose: Company.objects.get(group_id=f"g-{whose}") for whose in owners}
    for whose, (owner, team) in owners.items():
        for record in (people[whose], companies[whose]):
            actions.assign(actor=SYSTEM, record=record, owner=owner, team=team)
            if whose == "shared":
                actions.share(actor=SYSTEM, record=record, user=user)
    Campaign.objects.create(id="0", name="Of nobody", plan="{}", start="now", changed_by="Admin", changed_ref="user:0")
    client = Client()
    client.force_login(user)
    key, token = accounts.add_key(actor=SYSTEM, name="Reader's", role=role)
    key.owner = user
    key.save()
    return World(user, client, token, people, companies)


def _user(name: str, role: str) -> User:
    return accounts.add_user(actor=SYSTEM, email=f"{name}@kestrel.example", name=name.title(), role=role)


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())
