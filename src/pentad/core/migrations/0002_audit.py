from django.db import migrations, models

import pentad.core.clock
import pentad.core.trail


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_core", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.BigIntegerField(help_text="Place of the first line that is gone", unique=True)),
                ("last", models.BigIntegerField(help_text="Place of the last one")),
                (
                    "seal",
                    models.BinaryField(
                        help_text="The seal of the last one, on which the next line stands", max_length=32
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=pentad.core.clock.now)),
                ("mark", models.BinaryField(max_length=24)),
            ],
        ),
        migrations.AddField(
            model_name="auditline",
            name="kind",
            field=models.CharField(blank=True, help_text="What stands before the colon of the subject", max_length=40),
        ),
        migrations.AddField(
            model_name="auditline",
            name="mark",
            field=models.BinaryField(
                default=bytes, help_text="Made of the line, with the installation's key", max_length=24
            ),
        ),
        migrations.AddField(
            model_name="auditline",
            name="no",
            field=models.BigIntegerField(help_text="Place in the chain; empty until sealed", null=True, unique=True),
        ),
        migrations.AddField(
            model_name="auditline",
            name="origin",
            field=models.CharField(
                blank=True, default=pentad.core.trail.origin_now, help_text="Network address", max_length=45
            ),
        ),
        migrations.AddField(
            model_name="auditline",
            name="seal",
            field=models.BinaryField(
                help_text="Made of the seal before, the place and the mark", max_length=32, null=True
            ),
        ),
        migrations.AlterField(
            model_name="auditline",
            name="actor",
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name="auditline",
            name="at",
            field=models.DateTimeField(default=pentad.core.clock.now),
        ),
        migrations.AlterField(
            model_name="auditline",
            name="right",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AlterField(
            model_name="auditline",
            name="subject",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["-at", "-id"], name="audit_at"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["actor", "-at", "-id"], name="audit_actor"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["action", "-at", "-id"], name="audit_action"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["kind", "-at", "-id"], name="audit_kind"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["subject", "-at", "-id"], name="audit_subject"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(fields=["origin", "-at", "-id"], name="audit_origin"),
        ),
        migrations.AddIndex(
            model_name="auditline",
            index=models.Index(condition=models.Q(("no", None)), fields=["id"], name="audit_unsealed"),
        ),
    ]
