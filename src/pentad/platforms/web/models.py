"""What waits to be shown on a website, and the browsers that may be pushed to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pentad.core import clock
from pentad.platforms.channels.models import Destination


class WebMessage(models.Model):
    """A message that the customer's browser shows when they come by, until they close it or follow it."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    destination = models.ForeignKey(Destination, models.CASCADE, related_name="+", db_index=False)
    delivery = models.CharField(max_length=36, help_text="Public id of the delivery")
    person_no = models.BigIntegerField(help_text="As of the delivery; by now it may be a part of another")
    content = models.JSONField()
    made = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    shown = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    clicked = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["person_no", "destination"], condition=Q(closed=None, clicked=None), name="web_message_waits"
            ),
            models.Index(fields=["until"], name="web_message_until"),
        ]


class PushSubscription(models.Model):
    """A browser that a customer let us push to. `handle` is its address as an identifier; what a push needs is here."""

    id = models.BigAutoField(primary_key=True)
    handle = models.CharField(max_length=60, unique=True)
    endpoint = models.CharField(max_length=1_000)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    person_no = models.BigIntegerField(db_index=True)
    made = models.DateTimeField(default=clock.now)
    seen = models.DateTimeField(default=clock.now, help_text="When the browser last said that it is there")
    ended = models.DateTimeField(null=True, help_text="When its push service said that it is gone")
