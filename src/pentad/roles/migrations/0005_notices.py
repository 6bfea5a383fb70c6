import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0004_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about_kind", models.CharField(max_length=20)),
                ("about_no", models.BigIntegerField()),
                ("since", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("about_kind", "about_no", "user"), name="follow_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("parts", models.JSONField(help_text="Texts; null stands for the record's title")),
                ("why", models.CharField(max_length=200)),
                ("url", models.CharField(blank=True, help_text="Where it leads; empty: to the record", max_length=300)),
                ("about_kind", models.CharField(blank=True, max_length=20)),
                ("about_no", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("in_app", models.BooleanField(default=True)),
                ("mail", models.CharField(default="never", max_length=5)),
                (
                    "mailed",
                    models.DateTimeField(help_text="Sent, or passed over because it was read before", null=True),
                ),
                ("read", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notice_user"),
                    models.Index(
                        condition=models.Q(("in_app", True), ("read", None)),
                        fields=["user", "-id"],
                        name="notice_unread",
                    ),
                    models.Index(condition=models.Q(("mailed", None)), fields=["mail", "at"], name="notice_to_mail"),
                    models.Index(fields=["about_kind", "about_no"], name="notice_about"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("in_app", models.BooleanField(default=True)),
                ("mail", models.CharField(max_length=5)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "kind"), name="notice_choice_once")],
            },
        ),
    ]
