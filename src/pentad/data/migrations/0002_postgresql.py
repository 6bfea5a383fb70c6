"""What PostgreSQL alone needs: beginnings of words are found by an index, whatever the database's collation."""

from typing import Any

from django.db import migrations


def _make(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE INDEX person_word_beginning ON pentad_data_personword (word varchar_pattern_ops)")


def _drop(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX person_word_beginning")


class Migration(migrations.Migration):
    dependencies = [("pentad_data", "0001_initial")]

    operations = [migrations.RunPython(_make, _drop)]
