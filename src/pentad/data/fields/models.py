"""Custom fields as rows."""

from typing import ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.data.fields.rules import TYPES, Declared


class CustomField(models.Model):
    """The typed declaration of a trait. Its values are the trait's; kind and name never change."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    kind = models.CharField(max_length=20, help_text="Of which records, as rights name them")
    name = models.CharField(max_length=120, help_text="The trait")
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=10)
    choices = models.JSONField(default=list)
    required = models.BooleanField(default=False, help_text="Colleagues may not leave it empty")
    help = models.CharField(max_length=300, blank=True)
    key_fact = models.BooleanField(default=False, help_text="Among the key facts of a record's page")
    created = models.DateTimeField(default=clock.now)
    archived = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "name"], name="custom_field_once")]

    @property
    def declared(self) -> Declared:
        return Declared(
            self.kind,
            self.name,
            self.label,
            self.type,
            tuple(self.choices),
            self.required,
            self.help,
            self.key_fact,
        )

    @property
    def type_label(self) -> str:
        return TYPES[self.type].label

    @property
    def icon(self) -> str:
        return TYPES[self.type].icon
