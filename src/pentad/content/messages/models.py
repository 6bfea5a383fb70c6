"""Messages and what they said, version by version."""

from typing import Any, ClassVar

import msgspec
from django.db import models

from pentad.core import clock, ids


class Message(models.Model):
    """Something we say: in one or several variants, on some channels, in some languages."""

    DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    purpose = models.CharField(max_length=60, blank=True, help_text="The consent purpose it needs; empty: none yet")
    transactional = models.BooleanField(
        default=False, help_text="Part of what the customer asked for: needs no consent"
    )
    state = models.CharField(max_length=9, default=DRAFT)
    published = models.ForeignKey(
        "MessageVersion", models.SET_NULL, null=True, related_name="+", help_text="What is sent; null: nothing yet"
    )
    latest = models.PositiveIntegerField(default=1, help_text="The number of the newest version")
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now)
    changed_by = models.CharField(max_length=200)
    deleted = models.DateTimeField(null=True, help_text="Kept for 30 days, for undoing it")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "name"], name="message_state")]

    def __str__(self) -> str:
        return self.name


class MessageVersion(models.Model):
    """What a message says. Never rewritten; those that were never published are kept for a while."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    parts = models.TextField(help_text="JSON, as parts.write gives it: variants, channels, languages in their order")
    author = models.CharField(max_length=80)
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    checks = models.JSONField(default=list, help_text="What the gate said when it was published")
    published = models.DateTimeField(null=True, help_text="When it was first published")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "number"], name="message_version_once")]

    @property
    def tree(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.parts)
        return found
