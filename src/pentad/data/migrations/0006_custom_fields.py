from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0005_attachments"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(help_text="Of which records, as rights name them", max_length=20)),
                ("name", models.CharField(help_text="The trait", max_length=120)),
                ("label", models.CharField(max_length=80)),
                ("type", models.CharField(max_length=10)),
                ("choices", models.JSONField(default=list)),
                ("required", models.BooleanField(default=False, help_text="Colleagues may not leave it empty")),
                ("help", models.CharField(blank=True, max_length=300)),
                (
                    "key_fact",
                    models.BooleanField(default=False, help_text="Among the key facts of a record's page"),
                ),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("archived", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "name"), name="custom_field_once")],
            },
        ),
    ]
