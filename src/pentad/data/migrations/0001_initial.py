import django.db.models.deletion
from django.db import migrations, models

import pentad.core.clock
import pentad.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("group_id", models.CharField(max_length=500, unique=True)),
                ("name", models.CharField(blank=True, db_index=True, max_length=200)),
                ("traits", models.JSONField(default=dict)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ErasedIdentifier",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("person_nos", models.JSONField(help_text="Ledger numbers of the parts that were erased")),
                ("actor", models.CharField(max_length=80)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("gone", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(db_index=True, max_length=80)),
                ("source_no", models.IntegerField()),
                ("message_id", models.CharField(max_length=200)),
                ("received", models.DateTimeField()),
                ("found", models.DateTimeField(default=pentad.core.clock.now, help_text="When the gap was noticed")),
            ],
        ),
        migrations.CreateModel(
            name="SignalCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.BigIntegerField(help_text="Hours since the epoch")),
                ("source_no", models.IntegerField(help_text="0 where no source can be told")),
                ("kind", models.CharField(max_length=20)),
                ("count", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("hour", "source_no", "kind"), name="signal_once")],
            },
        ),
        migrations.CreateModel(
            name="WrongWriteKey",
            fields=[
                ("key", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
                ("last", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="IdentifierRule",
            fields=[
                ("namespace", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("priority", models.PositiveSmallIntegerField()),
                ("limit", models.PositiveIntegerField(help_text="Most values a person may have")),
                ("identifies", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(default="transactions", max_length=20)),
                ("file_name", models.CharField(max_length=255)),
                ("digest", models.CharField(db_index=True, help_text="SHA-256 of the file", max_length=64)),
                ("layout", models.JSONField(help_text="How the file was read")),
                ("source_no", models.IntegerField()),
                ("actor", models.CharField(max_length=80)),
                ("received", models.BigIntegerField(help_text="Microseconds since the epoch")),
                ("started", models.DateTimeField(default=pentad.core.clock.now)),
                ("finished", models.DateTimeField(null=True)),
                ("status", models.CharField(default="running", max_length=10)),
                ("rows", models.BigIntegerField(default=0)),
                ("sent", models.BigIntegerField(default=0, help_text="Rows that became messages")),
                ("rejected", models.BigIntegerField(default=0)),
                ("stored", models.BigIntegerField(default=0)),
                ("duplicate", models.BigIntegerField(default=0)),
                ("quarantined", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="LoaderOffset",
            fields=[
                ("log", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("offset", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="PersonCounter",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("name", models.CharField(max_length=120, unique=True)),
                (
                    "kind",
                    models.CharField(default="web", help_text="web, server, mobile, import, pentad", max_length=20),
                ),
                ("write_key", models.CharField(max_length=64, unique=True)),
                (
                    "owned",
                    models.BooleanField(
                        default=True, help_text="Facts from here are ours; otherwise from an outside party"
                    ),
                ),
                ("priority", models.SmallIntegerField(default=100, help_text="Survivorship: the lower number wins")),
                ("enabled", models.BooleanField(default=True)),
                ("origins", models.JSONField(default=list, help_text="Allowed browser origins; empty allows any")),
                (
                    "rate_per_second",
                    models.PositiveIntegerField(default=1000, help_text="Requests a second before 429"),
                ),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("archived", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TraitRule",
            fields=[
                ("name", models.CharField(max_length=120, primary_key=True, serialize=False)),
                (
                    "sources",
                    models.JSONField(default=list, help_text="Source numbers, best first; others follow by priority"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BlockedValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("namespace", models.CharField(blank=True, max_length=60)),
                ("value", models.CharField(max_length=500)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("namespace", "value"), name="blocked_once")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("no", models.AutoField(primary_key=True, serialize=False)),
                ("id", models.CharField(default=pentad.core.ids.new_id, max_length=36, unique=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("traits", models.JSONField(default=dict, help_text="The winning value of each trait")),
                ("known", models.BooleanField(default=False, help_text="Has a user_id or an e-mail address")),
                ("first_seen", models.DateTimeField(null=True)),
                ("last_seen", models.DateTimeField(null=True)),
                ("event_count", models.BigIntegerField(default=0)),
                ("own_first_seen", models.DateTimeField(null=True)),
                ("own_last_seen", models.DateTimeField(null=True)),
                ("own_event_count", models.BigIntegerField(default=0)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "root",
                    models.ForeignKey(
                        db_index=False,
                        help_text="null: is a root itself",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="pentad_data.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("text", models.TextField()),
                ("author", models.CharField(max_length=80)),
                ("author_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("deleted", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="pentad_data.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MergeLink",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                (
                    "evidence",
                    models.JSONField(help_text="rule, message_id, identifiers that met, or the person who decided"),
                ),
                ("actor", models.CharField(max_length=80)),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                ("undone", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=80)),
                (
                    "keep",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="pentad_data.company",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="pentad_data.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("namespace", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=500)),
                ("source_no", models.IntegerField(default=0)),
                ("first_seen", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="pentad_data.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "id",
                    models.CharField(default=pentad.core.ids.new_id, max_length=36, primary_key=True, serialize=False),
                ),
                ("reason", models.CharField(help_text="limit, separated, cap", max_length=40)),
                ("namespace", models.CharField(help_text="The identifier that was dropped", max_length=60)),
                ("value", models.CharField(max_length=500)),
                ("message_id", models.CharField(max_length=100)),
                ("count", models.PositiveIntegerField(default=1)),
                ("status", models.CharField(db_index=True, default="open", max_length=12)),
                ("first_at", models.DateTimeField(default=pentad.core.clock.now)),
                ("last_at", models.DateTimeField(default=pentad.core.clock.now)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                (
                    "other",
                    models.ForeignKey(
                        help_text="Whom the dropped identifier belongs to",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pentad_data.person",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="Where the event went",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pentad_data.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonTrait",
            fields=[
                ("name", models.CharField(max_length=120)),
                ("source_no", models.IntegerField()),
                ("value", models.JSONField()),
                ("text", models.CharField(help_text="Lower-case text of the value, for filters", max_length=200)),
                ("number", models.FloatField(null=True)),
                ("at", models.DateTimeField(help_text="When the fact was stated")),
                ("message_id", models.CharField(max_length=100)),
                ("winner", models.BooleanField(default=True)),
                ("once", models.BooleanField(default=False, help_text="Meant only for a trait without a value")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trait_values",
                        to="pentad_data.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.CharField(max_length=60)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="pentad_data.person")),
            ],
        ),
        migrations.CreateModel(
            name="Separation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created", models.DateTimeField(default=pentad.core.clock.now)),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pentad_data.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CompanyTrait",
            fields=[
                ("name", models.CharField(max_length=120)),
                ("source_no", models.IntegerField()),
                ("value", models.JSONField()),
                ("text", models.CharField(help_text="Lower-case text of the value, for filters", max_length=200)),
                ("number", models.FloatField(null=True)),
                ("at", models.DateTimeField(help_text="When the fact was stated")),
                ("message_id", models.CharField(max_length=100)),
                ("winner", models.BooleanField(default=True)),
                ("once", models.BooleanField(default=False, help_text="Meant only for a trait without a value")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trait_values",
                        to="pentad_data.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "name", "source_no", "once"), name="company_trait_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "-last_seen", "-no"], name="person_last_seen"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "-first_seen", "-no"], name="person_first_seen"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "name", "no"], name="person_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "email", "no"], name="person_email"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "-event_count", "-no"], name="person_events"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["root", "known", "-last_seen", "-no"], name="person_known"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("person", "company"), name="membership_once"),
        ),
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(fields=["value", "namespace"], name="identifier_value"),
        ),
        migrations.AddConstraint(
            model_name="identifier",
            constraint=models.UniqueConstraint(fields=("namespace", "value"), name="identifier_once"),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(fields=("namespace", "value", "person"), name="conflict_once"),
        ),
        migrations.AddIndex(
            model_name="persontrait",
            index=models.Index(fields=["name", "text", "winner"], name="person_trait_text"),
        ),
        migrations.AddIndex(
            model_name="persontrait",
            index=models.Index(
                condition=models.Q(("number__isnull", False), ("winner", True)),
                fields=["name", "number"],
                name="person_trait_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="persontrait",
            constraint=models.UniqueConstraint(
                fields=("person", "name", "source_no", "once"), name="person_trait_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="personword",
            constraint=models.UniqueConstraint(fields=("word", "person"), name="person_word_once"),
        ),
        migrations.AddConstraint(
            model_name="separation",
            constraint=models.UniqueConstraint(fields=("a", "b"), name="separation_once"),
        ),
    ]
