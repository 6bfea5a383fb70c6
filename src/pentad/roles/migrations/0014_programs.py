import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("pentad_roles", "0013_purposes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="agent",
                        serialize=False,
                        to="pentad_roles.apikey",
                    ),
                ),
                (
                    "daily_changes",
                    models.PositiveIntegerField(help_text="It is refused when it has made as many on a day (UTC)"),
                ),
                ("day", models.DateField(help_text="The day that `changes` and `told` are of", null=True)),
                ("changes", models.PositiveIntegerField(default=0)),
                (
                    "told",
                    models.BooleanField(default=False, help_text="The owner knows that it was refused on that day"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="App",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="app",
                        serialize=False,
                        to="allauth_idp_oidc.client",
                    ),
                ),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("last_used", models.DateTimeField(null=True)),
                ("revoked", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("sealed", models.TextField()),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                (
                    "rights",
                    models.JSONField(
                        default=list, help_text="What the colleague agreed to, the last time they were asked"
                    ),
                ),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("last_used", models.DateTimeField(null=True)),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="pentad_roles.app"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("app", "user"), name="consent_once")],
            },
        ),
    ]
