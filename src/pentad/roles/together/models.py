"""Drafts, as rows."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from pentad.core import clock


class Draft(models.Model):
    """What a colleague has typed somewhere and not sent. `about_*` names a record by kind and number, as notices do."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    what = models.CharField(max_length=60, help_text="Which composer or dialog")
    about_kind = models.CharField(max_length=20, blank=True)
    about_no = models.BigIntegerField(default=0, help_text="0 when it is about nothing")
    fields = models.JSONField(help_text="Name of each field → its text")
    at = models.DateTimeField(default=clock.now)
    thrown = models.DateTimeField(null=True, help_text="Thrown away, or sent (no fields): kept a day")
    mark = models.CharField(
        max_length=60, blank=True, help_text="Browser and moment in which it was typed, as rules.MARK"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "about_kind", "about_no", "what"], name="draft_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["about_kind", "about_no"], name="draft_about"),
            models.Index(fields=["at"], name="draft_at"),
        ]
