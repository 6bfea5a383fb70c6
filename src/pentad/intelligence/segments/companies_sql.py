"""Features that a person's companies tell: their traits, and the people who belong to them. Pure."""

from collections.abc import Callable

from pentad.intelligence.segments import dates_sql
from pentad.intelligence.segments.definition import Colleagues, CompanyTrait
from pentad.intelligence.segments.features import Leaf, Tree
from pentad.intelligence.segments.parts import Needed, Scene, SubPart, all_of, listed, nested
from pentad.intelligence.segments.people_sql import dated, json_value
from pentad.intelligence.segments.values_sql import test_sql

Judged = Callable[[Tree, Scene, bool], str]
"""SQL that gives person_no, holds and (in a scene with due) due of everybody in the scene's scope; True: of those who hold,
and of who else comes at hand.
"""


def trait_part(leaf: Leaf, scene: Scene) -> SubPart:
    one, needed = leaf.condition, Needed()
    assert isinstance(one, CompanyTrait)
    asked = scene.asked(leaf.zone, needed)
    value = json_value("traits", one.name, needed)
    holds = test_sql(value, one.test, asked, loose=False)
    due = dates_sql.due_sql(value.text, "", one.test, asked) if scene.due and dated(one.test) else ""
    own, *more = needed.used(holds, due)
    companies = nested(f"SELECT company_no, {listed(own)} FROM companies", tuple(more))
    judged = f"SELECT company_no, {holds} AS holds{f', {due} AS due' if due else ''} FROM ({companies}) AS c"
    if one.which == "any" and not scene.due:
        return _of_any(judged, scene)
    return _per_person(judged, one.which, scene, due=bool(due), every="k = n", empty=True)


def _of_any(judged: str, scene: Scene) -> SubPart:
    """The companies that hold first: most often they are few."""
    only = scene.only("b.person_no")
    select = (
        f"SELECT b.person_no AS person_no, 1 AS value FROM belongs AS b JOIN ({judged}) AS c ON c.company_no = b.company_no "
        f"WHERE c.holds{f' AND {only}' if only else ''} GROUP BY b.person_no"
    )
    return SubPart(select, "coalesce(value, 0) = 1")


def _per_person(judged: str, which: str, scene: Scene, *, due: bool, every: str, empty: bool) -> SubPart:
    """n: of the person's companies, k: of those that hold. empty: "none" holds of who has no company."""
    only = scene.only("b.person_no")
    soonest = ", min(c.due) AS due" if due else ""
    counted = (
        f"SELECT b.person_no AS person_no, count(*) AS n, count(CASE WHEN c.holds THEN 1 END) AS k{soonest} "
        f"FROM belongs AS b JOIN ({judged}) AS c ON c.company_no = b.company_no{f' WHERE {only}' if only else ''} "
        "GROUP BY b.person_no"
    )
    value = {"any": "k > 0", "all": every, "none": "k = 0"}[which]
    select = (
        f"SELECT person_no, CASE WHEN {value} THEN 1 ELSE 0 END AS value{', due' if due else ''} FROM ({counted}) AS g"
    )
    missing = 1 if which == "none" and empty else 0
    return SubPart(select, f"coalesce(value, {missing}) = 1", due)


def _any_colleague(people: str, scene: Scene) -> SubPart:
    """Those who hold first: whoever belongs to a company of one of them."""
    theirs = f"SELECT b.company_no FROM belongs AS b JOIN ({people}) AS p ON p.person_no = b.person_no WHERE p.holds"
    where = all_of(scene.only("b.person_no"), f"b.company_no IN ({theirs})")
    return SubPart(
        f"SELECT b.person_no AS person_no, 1 AS value FROM belongs AS b WHERE {where} GROUP BY b.person_no",
        "coalesce(value, 0) = 1",
    )


def colleagues_part(leaf: Leaf, scene: Scene, judged: Judged) -> SubPart:
    """A company holds when any, all or none of its people meet the condition; one such company is enough."""
    one = leaf.condition
    assert isinstance(one, Colleagues)
    assert leaf.inner is not None
    mine = f"SELECT company_no FROM belongs WHERE {scene.only('person_no')}" if scene.scope else ""
    theirs = f"(SELECT person_no FROM belongs WHERE company_no IN ({mine})) AS theirs" if mine else ""
    few = one.which == "any" and not scene.due
    people = judged(leaf.inner, scene.within(theirs), few)
    if few:
        return _any_colleague(people, scene)
    soonest = ", min(p.due) AS due" if scene.due else ""
    inside = f" WHERE b.company_no IN ({mine})" if mine else ""
    counted = (
        f"SELECT b.company_no AS company_no, count(*) AS n, count(CASE WHEN p.holds THEN 1 END) AS k{soonest} "
        f"FROM belongs AS b JOIN ({people}) AS p ON p.person_no = b.person_no{inside} GROUP BY b.company_no"
    )
    holds = {"any": "k > 0", "all": "k = n", "none": "k = 0"}[one.which]
    companies = f"SELECT company_no, {holds} AS holds{', due' if scene.due else ''} FROM ({counted}) AS q"
    return _per_person(companies, "any", scene, due=scene.due, every="", empty=False)
