"""Purposes as rows. A retired one stays, so that it can come back, but opens nothing."""

from typing import ClassVar

from django.db import models

from pentad.roles.access.rights_models import Role


class Purpose(models.Model):
    """What personal data is used for, such as service or marketing."""

    name = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    order = models.IntegerField(default=100)
    retired = models.DateTimeField(null=True)


class RolePurpose(models.Model):
    """A purpose that a role works for. A role without any row works for every purpose."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="purposes")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["role", "purpose"], name="role_purpose_once")]


class FieldPurpose(models.Model):
    """A purpose that a field may be used for. A field without any row may be used for every purpose."""

    kind = models.CharField(max_length=20)
    field = models.CharField(max_length=140)
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "field", "purpose"], name="field_purpose_once")
        ]
