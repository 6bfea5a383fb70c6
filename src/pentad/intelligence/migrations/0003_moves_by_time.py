from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_intelligence", "0002_computed_traits"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="segmentmove",
            index=models.Index(fields=["segment", "at", "entered"], name="segment_move_when"),
        ),
    ]
