import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0006_single_sign_on"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("why", models.CharField(blank=True, help_text="Why it is to be done", max_length=300)),
                ("about_kind", models.CharField(blank=True, max_length=20)),
                ("about_no", models.BigIntegerField(null=True)),
                (
                    "due",
                    models.DateTimeField(
                        help_text="When it is overdue; for a day without a time, when that day ends", null=True
                    ),
                ),
                ("due_day", models.DateField(help_text="Set when only the day was said", null=True)),
                (
                    "place",
                    models.DateTimeField(
                        default=datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                        help_text="`due`, or a time far away",
                    ),
                ),
                ("remind_at", models.DateTimeField(null=True)),
                ("reminded", models.DateTimeField(null=True)),
                ("done", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=200)),
                ("made_by", models.CharField(max_length=200)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pentad_roles.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["place", "no"], name="task_place"),
                    models.Index(fields=["-created", "-no"], name="task_created"),
                    models.Index(fields=["owner", "done", "place"], name="task_owner"),
                    models.Index(fields=["about_kind", "about_no"], name="task_about"),
                    models.Index(
                        condition=models.Q(("done", None), ("reminded", None)),
                        fields=["remind_at"],
                        name="task_to_remind",
                    ),
                ],
            },
        ),
    ]
