from django.db import migrations, models

WITHDRAWN = "The source takes back what it stated: as if it had said nothing"


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0006_custom_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="persontrait",
            name="withdrawn",
            field=models.BooleanField(db_default=False, default=False, help_text=WITHDRAWN),
        ),
        migrations.AddField(
            model_name="companytrait",
            name="withdrawn",
            field=models.BooleanField(db_default=False, default=False, help_text=WITHDRAWN),
        ),
        migrations.AddField(
            model_name="attachment",
            name="deleted",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="import",
            name="actor_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="import",
            name="upload",
            field=models.CharField(blank=True, help_text="Its name on disk, while it waits or is read", max_length=40),
        ),
        migrations.AddField(
            model_name="import",
            name="wanted",
            field=models.JSONField(default=dict, help_text="Source and reading, as chosen on the screen"),
        ),
        migrations.AddField(
            model_name="import",
            name="job",
            field=models.CharField(blank=True, help_text="Public id of the job that brings it in", max_length=36),
        ),
        migrations.AddField(
            model_name="import",
            name="problem",
            field=models.CharField(blank=True, help_text="Why it failed", max_length=500),
        ),
        migrations.AddField(
            model_name="import",
            name="taken",
            field=models.JSONField(
                default=dict, help_text="Once undone: events and customers that went, customers that stay"
            ),
        ),
    ]
