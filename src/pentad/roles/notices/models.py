"""Notices, what each colleague wants to be told, and who follows what."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from pentad.core import clock


class Notice(models.Model):
    """One thing one colleague was told. Holds no title of the record it is about: that is asked for when shown."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    parts = models.JSONField(help_text="Texts; null stands for the record's title")
    why = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True, help_text="Where it leads; empty: to the record")
    about_kind = models.CharField(max_length=20, blank=True)
    about_no = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=5, default="never")
    mailed = models.DateTimeField(null=True, help_text="Sent, or passed over because it was read before")
    read = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_user"),
            models.Index(fields=["user", "-id"], condition=models.Q(read=None, in_app=True), name="notice_unread"),
            models.Index(fields=["mail", "at"], condition=models.Q(mailed=None), name="notice_to_mail"),
            models.Index(fields=["about_kind", "about_no"], name="notice_about"),
        ]


class NoticeChoice(models.Model):
    """How a colleague wants to be told of one kind. No row: the kind's own way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=5)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]


class Follow(models.Model):
    """A colleague wants to hear of what happens to a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about_kind = models.CharField(max_length=20)
    about_no = models.BigIntegerField()
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["about_kind", "about_no", "user"], name="follow_once")]
