import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("last_seen", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
    ]
