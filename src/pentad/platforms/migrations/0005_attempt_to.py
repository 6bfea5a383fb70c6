from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_platforms", "0004_web"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="to",
            field=models.CharField(
                blank=True, help_text="The address, keyed: of what a report may speak", max_length=40
            ),
        ),
    ]
