import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0007_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProvisionedUser",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("user_name", models.CharField(help_text="In lower case", max_length=254, unique=True)),
                ("external_id", models.CharField(blank=True, db_index=True, max_length=254)),
                (
                    "resource",
                    models.JSONField(default=dict, help_text="What was sent, without what the account itself holds"),
                ),
                ("gone", models.BooleanField(default=False)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("changed", models.DateTimeField(default=pentad.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="ProvisionedGroup",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("display_name", models.CharField(max_length=254)),
                ("external_id", models.CharField(blank=True, db_index=True, max_length=254)),
                ("role", models.CharField(blank=True, max_length=40)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("changed", models.DateTimeField(default=pentad.core.clock.now)),
                ("members", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
