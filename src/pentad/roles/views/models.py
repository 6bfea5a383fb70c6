"""Saved views of a list: filters, columns and sort as one object."""

from django.conf import settings
from django.db import models

from pentad.core import clock, ids


class SavedView(models.Model):
    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    list = models.CharField(max_length=40, help_text="people, companies …")
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, help_text="null: for everyone")
    state = models.JSONField(help_text="q, filters, columns, sort")
    position = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=clock.now)

    @property
    def pinned(self) -> bool:
        """Whether it is a tab; others are in the menu beside the tabs."""
        return bool(self.state.get("pinned", True))
