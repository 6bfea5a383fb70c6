from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0009_consent"),
    ]

    operations = [
        migrations.AddField(
            model_name="mirrorturn",
            name="filling",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="mirrorturn",
            name="lost",
            field=models.BooleanField(default=False),
        ),
    ]
