import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0010_changes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                help_text="null: not private",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="savedview",
            name="state",
            field=models.JSONField(
                help_text="q, filters, columns, sort, layout; pinned, default, roles that open with it"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="team",
            field=models.ForeignKey(
                help_text="null and no owner: for everyone",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="pentad_roles.team",
            ),
        ),
    ]
