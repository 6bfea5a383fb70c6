import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0003_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(max_length=40)),
                ("by", models.CharField(help_text="Who invited, by name", max_length=200)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("expires", models.DateTimeField()),
                ("revoked", models.DateTimeField(null=True)),
                ("accepted", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        help_text="Who accepted",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
