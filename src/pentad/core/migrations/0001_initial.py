from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True, default=pentad.core.clock.now)),
                ("actor", models.CharField(db_index=True, max_length=80)),
                ("actor_name", models.CharField(max_length=200)),
                ("action", models.CharField(max_length=80)),
                ("right", models.CharField(max_length=80)),
                ("subject", models.CharField(blank=True, db_index=True, max_length=120)),
                ("detail", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("message", models.JSONField(help_text="A tracking message: type, event, userId, properties …")),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=200)),
                ("every_seconds", models.PositiveIntegerField()),
                ("next_at", models.DateTimeField(db_index=True, default=pentad.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("changed", models.DateTimeField(default=pentad.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=200)),
                ("payload", models.JSONField(default=dict)),
                (
                    "key",
                    models.CharField(
                        help_text="At most one unfinished job per key", max_length=200, null=True, unique=True
                    ),
                ),
                ("queue", models.CharField(default="default", max_length=40)),
                ("priority", models.SmallIntegerField(default=0)),
                ("status", models.CharField(default="waiting", max_length=10)),
                ("run_at", models.DateTimeField(default=pentad.core.clock.now)),
                ("lease_until", models.DateTimeField(null=True)),
                ("owner", models.CharField(blank=True, max_length=80)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "max_attempts",
                    models.PositiveIntegerField(default=5, help_text="Failures after which it is a dead letter"),
                ),
                ("step", models.PositiveIntegerField(default=0)),
                ("progress", models.FloatField(default=0, help_text="0 to 1")),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(blank=True)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("started", models.DateTimeField(help_text="When the first attempt began", null=True)),
                ("finished", models.DateTimeField(null=True)),
                ("public_id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                (
                    "cancel",
                    models.BooleanField(default=False, help_text="Asked to stop; the work looks at it between steps"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "run_at"], name="pentad_core_status_c698d8_idx"),
                    models.Index(fields=["status", "lease_until"], name="pentad_core_status_a15db7_idx"),
                ],
            },
        ),
    ]
