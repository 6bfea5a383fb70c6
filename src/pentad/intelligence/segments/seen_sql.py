"""What was seen of one person, as SQL: for explanations, which show it beside each answer. Pure."""

from pentad.intelligence.segments.definition import Aggregate, Event, Occurrence, Sequence
from pentad.intelligence.segments.events_sql import match_sql
from pentad.intelligence.segments.features import Leaf
from pentad.intelligence.segments.moments_sql import within_sql
from pentad.intelligence.segments.parts import Needed, Scene, all_of, listed, nested
from pentad.intelligence.segments.periods import bounds

MOST = 10
"""Events that are shown of a condition, the latest first."""


def person_sql(scene: Scene) -> str:
    columns = "known, first_seen, last_seen, event_count, traits, identifiers, consents"
    return f"SELECT {columns} FROM people WHERE {scene.only('person_no')}"


def companies_sql(scene: Scene) -> str:
    return (
        "SELECT c.name AS name, c.group_id AS group_id, c.traits AS traits FROM belongs AS b "
        f"JOIN companies AS c ON c.company_no = b.company_no WHERE {scene.only('b.person_no')} ORDER BY c.company_no"
    )


def events_sql(leaf: Leaf, scene: Scene) -> str:
    """ts, name and props of the events that a condition is about, the latest first; of an Occurrence the one event."""
    one = leaf.condition
    match one:
        case Event() | Aggregate():
            matches, when, order, most = [one.event], one.when, "DESC", MOST
        case Occurrence():
            matches, when, order, most = [one.event], None, "ASC" if one.which == "first" else "DESC", 1
        case Sequence():
            matches, when, order, most = [step.event for step in one.steps], None, "DESC", MOST
        case _:
            raise TypeError(one)
    needed = Needed()
    asked = scene.asked(leaf.zone, needed)
    guard = " OR ".join(f"({match_sql(match, scene, asked, needed)})" for match in dict.fromkeys(matches))
    if when is not None:
        guard = all_of(f"({guard})", within_sql("ts", bounds(when, scene.now, leaf.zone)))
    own, *more = needed.used(guard)
    columns = [column for column in own if column[0] != "props"]
    inner = ", ".join(["ts", "seq", "type", "name", "props", *([listed(tuple(columns))] if columns else [])])
    rows = nested(f"SELECT {inner} FROM events WHERE {scene.only('root_no')}", tuple(more))
    return f"SELECT ts, name, props FROM ({rows}) AS e WHERE {guard} ORDER BY ts {order}, seq {order} LIMIT {most}"
