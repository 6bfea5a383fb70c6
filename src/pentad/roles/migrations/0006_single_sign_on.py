from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0005_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityProvider",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=4)),
                ("slug", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(help_text="On the button of the sign-in page", max_length=80)),
                (
                    "config",
                    models.JSONField(
                        default=dict, help_text="What the protocol needs: issuer, client_id; entity_id, sso_url …"
                    ),
                ),
                ("sealed", models.TextField(blank=True, help_text="The client secret, encrypted")),
                ("groups_claim", models.CharField(default="groups", max_length=120)),
                ("group_roles", models.JSONField(default=list, help_text="[group, role], the first that fits counts")),
                (
                    "default_role",
                    models.CharField(blank=True, help_text="Without a group that fits; empty refuses", max_length=40),
                ),
                ("make_accounts", models.BooleanField(default=False)),
                ("domains", models.JSONField(default=list)),
                ("active", models.BooleanField(default=True)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
            ],
        ),
    ]
