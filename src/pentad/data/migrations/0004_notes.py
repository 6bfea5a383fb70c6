from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0003_owners"),
    ]

    operations = [
        migrations.AddField(
            model_name="note",
            name="before",
            field=models.TextField(blank=True, help_text="The text before the last change, for undoing it"),
        ),
        migrations.AddField(
            model_name="note",
            name="edited",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="mentions",
            field=models.JSONField(
                default=list, help_text="Names of the colleagues it was meant for, as they stand in it"
            ),
        ),
    ]
