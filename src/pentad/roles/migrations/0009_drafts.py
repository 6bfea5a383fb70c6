import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0008_provisioning"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("what", models.CharField(help_text="Which composer or dialog", max_length=60)),
                ("about_kind", models.CharField(blank=True, max_length=20)),
                ("about_no", models.BigIntegerField(default=0, help_text="0 when it is about nothing")),
                ("fields", models.JSONField(help_text="Name of each field → its text")),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "thrown",
                    models.DateTimeField(help_text="Thrown away: kept a day, for undoing it", null=True),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about_kind", "about_no"], name="draft_about"),
                    models.Index(fields=["at"], name="draft_at"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "about_kind", "about_no", "what"), name="draft_once")
                ],
            },
        ),
    ]
