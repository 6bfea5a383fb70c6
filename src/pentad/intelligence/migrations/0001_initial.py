import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pentad_data", "0007_undoing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=1000)),
                ("definition", models.TextField(help_text="JSON, as reading.write gives it")),
                ("state", models.CharField(default="live", max_length=8)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "changed",
                    models.DateTimeField(
                        default=pentad.core.clock.now,
                        help_text="When its name, words, definition or state last changed",
                    ),
                ),
                ("changed_by", models.CharField(max_length=200)),
                (
                    "filled",
                    models.DateTimeField(
                        help_text="The moment as of which everybody was asked; null: never yet", null=True
                    ),
                ),
                ("cost_ms", models.FloatField(help_text="How long asking everybody took", null=True)),
                ("size", models.BigIntegerField(default=0)),
                ("moved", models.DateTimeField(help_text="When somebody last entered or left", null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why it cannot be kept up; empty when it can", max_length=500
                    ),
                ),
                ("failed", models.DateTimeField(null=True)),
                ("deleted", models.DateTimeField(help_text="Kept for 30 days, for undoing it", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "name"], name="segment_state")],
            },
        ),
        migrations.CreateModel(
            name="SegmentMember",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="pentad_intelligence.segment",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("segment", "person"), name="segment_member_once")],
            },
        ),
        migrations.CreateModel(
            name="SegmentMove",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entered", models.BooleanField(help_text="false: left")),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="pentad_intelligence.segment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["segment", "-id"], name="segment_move_latest"),
                    models.Index(fields=["segment", "person", "at", "id"], name="segment_move_of"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("definition", models.TextField()),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("by", models.CharField(max_length=200)),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="pentad_intelligence.segment",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("segment", "number"), name="segment_version_once")],
            },
        ),
    ]
