import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0009_consent"),
        ("pentad_intelligence", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComputedDue",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="pentad_data.person",
                    ),
                ),
                ("due", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ComputedTrait",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("name", models.CharField(help_text="Of the trait; never changed", max_length=120)),
                ("description", models.CharField(blank=True, max_length=1000)),
                ("definition", models.TextField(help_text="JSON, as definition.write gives it")),
                ("state", models.CharField(default="live", max_length=8)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "changed",
                    models.DateTimeField(
                        default=pentad.core.clock.now, help_text="When its words, definition or state last changed"
                    ),
                ),
                ("changed_by", models.CharField(max_length=200)),
                (
                    "filled",
                    models.DateTimeField(
                        help_text="The moment as of which everybody has it; null: never yet", null=True
                    ),
                ),
                ("cost_ms", models.FloatField(help_text="How long working it out for everybody took", null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why it cannot be kept up; empty when it can", max_length=500
                    ),
                ),
                ("failed", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "live")), fields=("name",), name="computed_trait_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ComputedVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("definition", models.TextField()),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("by", models.CharField(max_length=200)),
                (
                    "trait",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="pentad_intelligence.computedtrait",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("trait", "number"), name="computed_version_once")],
            },
        ),
    ]
