import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0002_sessions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("order", models.IntegerField(default=100)),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="owner",
            field=models.ForeignKey(
                help_text="Whose records are its own",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="role",
            field=models.CharField(max_length=40),
        ),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(default="member", help_text="The name of a Role", max_length=40),
        ),
        migrations.CreateModel(
            name="FieldClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("field", models.CharField(max_length=140)),
                ("sensitivity", models.CharField(max_length=10)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "field"), name="field_class_once")],
            },
        ),
        migrations.CreateModel(
            name="Elevation",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("reason", models.CharField(max_length=500)),
                ("by", models.CharField(max_length=80)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("until", models.DateTimeField()),
                ("ended", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="elevations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_roles.role"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="below",
                        to="pentad_roles.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("right", models.CharField(max_length=80)),
                (
                    "scope",
                    models.CharField(
                        choices=[("own", "Own"), ("team", "Team"), ("all", "All")], default="all", max_length=4
                    ),
                ),
                ("deny", models.BooleanField(default=False)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="pentad_roles.role"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role", "right", "deny"), name="grant_once")],
            },
        ),
        migrations.CreateModel(
            name="FieldRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="*", max_length=20)),
                ("target", models.CharField(max_length=140)),
                (
                    "level",
                    models.CharField(
                        choices=[("hidden", "Hidden"), ("masked", "Masked"), ("see", "See"), ("change", "Change")],
                        max_length=6,
                    ),
                ),
                ("deny", models.BooleanField(default=False)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="field_rules", to="pentad_roles.role"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("role", "kind", "target", "deny"), name="field_rule_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=20)),
                ("record", models.BigIntegerField(help_text="The record's number")),
                ("change", models.BooleanField(default=False, help_text="May change it too")),
                ("until", models.DateTimeField(null=True)),
                ("by", models.CharField(max_length=80)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_roles.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "user", "record"], name="share_user"),
                    models.Index(fields=["kind", "team", "record"], name="share_team"),
                    models.Index(fields=["kind", "record"], name="share_record"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="pentad_roles.team"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "user"), name="team_member_once")],
            },
        ),
    ]
