from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0011_team_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="rights",
            field=models.JSONField(default=list, help_text="The only rights it may use of its role; all when empty"),
        ),
    ]
