import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0009_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="deleted",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("no", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("ref", models.CharField(blank=True, max_length=60)),
                ("what", models.CharField(max_length=200)),
                ("count", models.PositiveIntegerField(default=1, help_text="Records that it changed")),
                ("actor", models.CharField(max_length=80)),
                ("actor_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("data", models.JSONField(default=dict, help_text="What the kind needs beside the records")),
                (
                    "job",
                    models.CharField(blank=True, help_text="Public id of the job that takes it back", max_length=36),
                ),
                ("undone", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=200)),
                (
                    "stayed",
                    models.PositiveIntegerField(default=0, help_text="Records left as they are: changed again since"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at", "-no"], name="change_at"),
                    models.Index(fields=["actor", "-at", "-no"], name="change_actor"),
                    models.Index(fields=["kind", "ref"], name="change_ref"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangedRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(help_text="As rights and notices call it, such as people", max_length=20),
                ),
                ("no", models.BigIntegerField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "stays",
                    models.BooleanField(
                        default=False, help_text="Was found changed again when the change was taken back"
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="pentad_roles.change"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "no"], name="changed_record"),
                    models.Index(fields=["change", "stays", "id"], name="changed_of"),
                ],
            },
        ),
    ]
