import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0004_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=120)),
                ("size", models.BigIntegerField()),
                ("type", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=40, unique=True)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="pentad_data.note"
                    ),
                ),
            ],
        ),
    ]
