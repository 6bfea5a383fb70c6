"""The policy against the simplest evaluator there can be, one record and one grant at a time."""

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.models import User
from pentad.roles.access.rights import FieldRule, Grant, Level, Policy, Scope, masked
from pentad.roles.access.rights_models import Team
from pentad.roles.access.seeing import within

RIGHTS = ("people.view", "people.edit", "companies.view")
grants = st.lists(
    st.builds(
        Grant,
        st.just("r"),
        st.sampled_from((*RIGHTS, "people.*", "*")),
        st.sampled_from((Scope.OWN, Scope.TEAM, Scope.ALL)),
        st.booleans(),
    ),
    max_size=6,
)
ME, MATE, OTHER = 1, 2, 3


def reference(given_grants: list[Grant], right: str, owner: int | None, team: int | None) -> bool:
    """Allowed when some grant allows it here, and none denies it here."""

    def here(grant: Grant) -> bool:
        about = grant.right == "*" or grant.right == right or (grant.right == "people.*" and right[:7] == "people.")
        own, ours = owner == ME, owner in (ME, MATE) or team == 1
        return about and (grant.scope == Scope.ALL or (own if grant.scope == Scope.OWN else ours))

    return any(here(g) for g in given_grants if not g.deny) and not any(here(g) for g in given_grants if g.deny)


@given(grants, st.sampled_from(RIGHTS), st.sampled_from((ME, MATE, OTHER, None)), st.sampled_from((1, 2, None)))
def test_the_policy_says_what_grant_by_grant_says(
    held: list[Grant], right: str, owner: int | None, team: int | None
) -> None:
    policy = Policy(("r",), tuple(held), user=ME, teams=frozenset({1}), mates=frozenset({ME, MATE}))
    near = policy.near(owner, team)
    assert policy.reach(right).holds(near) is reference(held, right, owner, team)


@pytest.mark.django_db
def test_the_query_finds_what_the_policy_says_record_by_record() -> None:
    me, mate, other = (_user(name) for name in ("me", "mate", "other"))
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    for owner in (me, mate, other, None):
        for team in (ours, theirs, None):
            Person.objects.create(owner=owner, team=team)
    for held in _cases():
        policy = Policy(("r",), held, user=me.pk, teams=frozenset({ours.pk}), mates=frozenset({me.pk, mate.pk}))
        actor = Actor("user", str(me.pk), "Me", policy=policy)
        condition = within(actor, "people.view", "people")
        found = set(Person.objects.filter(condition or Q()).values_list("pk", flat=True))
        reach = policy.reach("people.view")
        wanted = {p.pk for p in Person.objects.all() if reach.holds(policy.near(p.owner_id, p.team_id))}
        assert found == wanted, held


def _cases() -> list[tuple[Grant, ...]]:
    scopes = (Scope.OWN, Scope.TEAM, Scope.ALL)
    allow = [Grant("r", "people.view", scope) for scope in scopes]
    deny = [Grant("r", "people.*", scope, deny=True) for scope in scopes]
    return [(), *((one,) for one in allow), *((one, no) for one in allow for no in deny), *((no,) for no in deny)]


def _user(name: str) -> User:
    return accounts.add_user(actor=SYSTEM, email=f"{name}@kestrel.example", name=name, role="rep")


@pytest.mark.django_db
def test_who_reads_for_nobody_sees_nothing() -> None:
    Person.objects.create(name="Elif Costa")
    nobody = Actor("system", "nobody", "Nobody")
    with acting_as(nobody):
        assert not Person.seen.exists()


PURPOSES = ("service", "sales", "marketing")
some_purposes = st.frozensets(st.sampled_from(PURPOSES))
fields = st.sampled_from(("email", "trait:email", "trait:plan"))


@given(
    st.lists(st.sampled_from(("a", "b", "c")), min_size=1, max_size=3, unique=True),
    st.dictionaries(st.sampled_from(("a", "b")), some_purposes),
    st.dictionaries(st.tuples(st.sampled_from(("people", "companies")), fields), some_purposes),
    st.none() | some_purposes,
    fields,
)
def test_a_field_is_open_when_some_purpose_is_the_actors_and_the_fields(
    roles: list[str],
    works_for: dict[str, frozenset[str]],
    limits: dict[tuple[str, str], frozenset[str]],
    only_for: frozenset[str] | None,
    name: str,
) -> None:
    """Purpose by purpose: one that some role held works for, that the program is for, and that the field may be used for,
    under either name it has.
    """

    def acts(purpose: str) -> bool:
        return any(role not in works_for or purpose in works_for[role] for role in roles) and (
            only_for is None or purpose in only_for
        )

    names = {"email", "trait:email"} if "email" in name else {name}
    said = [limits["people", one] for one in names if ("people", one) in limits]
    wanted = all(any(acts(one) and one in limit for one in PURPOSES) for limit in said)
    policy = Policy(tuple(roles), purposes=works_for, limits=limits, only_for=only_for)
    assert policy.level("people", name) == (Level.CHANGE if wanted else Level.HIDDEN)
    both = [policy.level(kind, one) for kind, one in limits]
    assert policy.sees_every_field is (Level.HIDDEN not in both)


class TestFields:
    def level(self, *rules: FieldRule, roles: tuple[str, ...] = ("a",), name: str = "email") -> Level:
        return Policy(roles, fields=rules).level("people", name)

    def test_without_a_rule_all_is_seen_and_the_own_rule_counts_before_the_class(self) -> None:
        masked_class = FieldRule("a", "people", "class:personal", Level.MASKED)
        assert self.level() == Level.CHANGE
        assert self.level(masked_class) == Level.MASKED
        assert self.level(masked_class, FieldRule("a", "people", "email", Level.SEE)) == Level.SEE
        assert self.level(masked_class, name="trait:plan") == Level.CHANGE

    def test_another_role_lifts_a_rule_but_not_a_ceiling(self) -> None:
        hidden = FieldRule("a", "*", "email", Level.HIDDEN)
        assert self.level(hidden, roles=("a", "b")) == Level.CHANGE
        ceiling = FieldRule("a", "*", "email", Level.HIDDEN, deny=True)
        assert self.level(ceiling, roles=("a", "b")) == Level.HIDDEN

    def test_masks_keep_beginnings_alone(self) -> None:
        assert masked("Keiko Yılmaz") == "K••• Y•••"
        assert masked("keiko@lumen.example") == "k•••@l•••"
