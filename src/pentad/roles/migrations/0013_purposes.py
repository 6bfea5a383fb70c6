import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pentad_roles", "0012_key_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("order", models.IntegerField(default=100)),
                ("retired", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="purposes",
            field=models.JSONField(
                default=list, help_text="The only purposes it works for of its role's; all when empty"
            ),
        ),
        migrations.CreateModel(
            name="FieldPurpose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("field", models.CharField(max_length=140)),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pentad_roles.purpose"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "field", "purpose"), name="field_purpose_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RolePurpose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pentad_roles.purpose"
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="purposes", to="pentad_roles.role"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("role", "purpose"), name="role_purpose_once")],
            },
        ),
    ]
