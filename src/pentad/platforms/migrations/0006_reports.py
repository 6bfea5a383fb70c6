from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_platforms", "0005_attempt_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="destination",
            name="reported",
            field=models.DateTimeField(help_text="When its service reported last; once a minute", null=True),
        ),
        migrations.AddField(
            model_name="destination",
            name="report_refused",
            field=models.DateTimeField(help_text="When a report was refused last", null=True),
        ),
        migrations.AddField(
            model_name="destination",
            name="report_refusal",
            field=models.CharField(blank=True, help_text="Why", max_length=300),
        ),
    ]
