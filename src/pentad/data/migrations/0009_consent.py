import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0008_touched"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentChannel",
            fields=[
                (
                    "name",
                    models.CharField(help_text="As messages call it", max_length=60, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(blank=True, max_length=80)),
                (
                    "addresses",
                    models.JSONField(default=list, help_text="Identifiers and traits of which one is an address there"),
                ),
                ("declared", models.DateTimeField(null=True)),
                ("archived", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ConsentPurpose",
            fields=[
                (
                    "name",
                    models.CharField(help_text="As messages call it", max_length=60, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(blank=True, max_length=80)),
                (
                    "description",
                    models.CharField(blank=True, help_text="What exactly a customer agrees to", max_length=300),
                ),
                ("opt_out", models.BooleanField(default=False, help_text="Who said nothing may be reached")),
                ("first_seen", models.DateTimeField(default=pentad.core.clock.now)),
                ("declared", models.DateTimeField(null=True)),
                ("archived", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ConsentStatement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=60)),
                ("channel", models.CharField(blank=True, help_text="Empty: every channel", max_length=60)),
                ("source_no", models.IntegerField()),
                ("state", models.CharField(max_length=7)),
                ("at", models.DateTimeField(help_text="When it was said first")),
                ("until", models.DateTimeField(help_text="When it was repeated last, with nothing else in between")),
                ("decided", models.BooleanField(help_text="Said as a decision, not repeated with every message")),
                ("message_id", models.CharField(max_length=100)),
                ("last_message_id", models.CharField(max_length=100)),
                (
                    "text_version",
                    models.CharField(blank=True, help_text="Of the text that was agreed to", max_length=120),
                ),
                ("evidence", models.CharField(blank=True, help_text="How a colleague knows", max_length=300)),
                ("author", models.CharField(blank=True, max_length=80)),
                ("author_name", models.CharField(blank=True, max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="pentad_data.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "purpose", "channel", "source_no", "at"), name="consent_statement_once"
                    )
                ],
            },
        ),
    ]
