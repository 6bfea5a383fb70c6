"""The views that make one relation of many files. Pure: text in, text out."""

from collections.abc import Mapping, Sequence

from pentad.ledger import schema, sql
from pentad.ledger.schema import Promoted

# Relations that sealed files hold beside the hot one.
SEALED = ("events", "quarantined", "duplicates")
# Relations that only the hot file holds and that queries may name.
HOT_ONLY = ("counts", "removed", "registry", "erased")


def events_sql(alias: str, promoted: Sequence[Promoted], present: set[str]) -> str:
    return f"SELECT {', '.join(sql.event_columns_sql(promoted, present))} FROM {alias}.events"


def view_statements(
    hot: str,
    files: Mapping[str, set[str]],
    promoted: Sequence[Promoted],
    *,
    hidden: bool,
    linked: bool,
) -> list[str]:
    """CREATE VIEW statements. files: alias → columns that its events table has; hot among them.

    Nobody hidden and nobody linked is the rule, and then neither costs a query anything.
    """
    events = " UNION ALL ".join(events_sql(alias, promoted, present) for alias, present in files.items())
    root = "coalesce(l.root_no, e.person_no)" if linked else "e.person_no"
    body = f"SELECT e.*, {root} AS root_no FROM ({events}) e"
    if linked:
        body += f" LEFT JOIN {hot}.links l ON l.person_no = e.person_no"
    if hidden:
        body += f" ANTI JOIN {hot}.hidden h ON h.person_no = e.person_no"
    statements = [f"CREATE OR REPLACE VIEW events AS {body}"]
    for relation in SEALED[1:]:
        columns = ", ".join(schema.ARRIVING[relation].names)
        union = " UNION ALL ".join(f"SELECT {columns} FROM {alias}.{relation}" for alias in files)
        statements.append(f"CREATE OR REPLACE VIEW {relation} AS {union}")
    for relation in HOT_ONLY:
        statements.append(f"CREATE OR REPLACE VIEW {relation} AS SELECT * FROM {hot}.{relation}")
    return statements
