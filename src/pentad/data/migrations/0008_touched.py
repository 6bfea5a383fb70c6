from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_data", "0007_undoing"),
    ]

    operations = [
        migrations.CreateModel(
            name="MirrorTurn",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="TouchedCompany",
            fields=[
                ("version", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="Of the first change that waits")),
                ("no", models.IntegerField(primary_key=True, serialize=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TouchedEvent",
            fields=[
                ("version", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="Of the first change that waits")),
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TouchedPerson",
            fields=[
                ("version", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="Of the first change that waits")),
                ("no", models.IntegerField(primary_key=True, serialize=False)),
                ("regrouped", models.BooleanField(help_text="Which customer the number belongs to changed")),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
