"""What became of a delivery after it had left: a row for each thing that a customer, a program or a service did."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pentad.core import clock

OPEN, CLICK = "open", "click"
UNSUBSCRIBE, COMPLAINT, BOUNCE, REPLY = "unsubscribe", "complaint", "bounce", "reply"
ONCE = (UNSUBSCRIBE, COMPLAINT)
"""Kinds of which a delivery has one at most."""


class Response(models.Model):
    """Something that was done with a delivery. Neither the network address nor the program is kept, only what both together
    look like (`client`, keyed) and the signs that were read from them.
    """

    id = models.BigAutoField(primary_key=True)
    delivery_no = models.BigIntegerField(help_text="Number of the delivery")
    person_no = models.BigIntegerField(help_text="As of the delivery; by now it may be a part of another")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField(default=clock.now)
    link = models.PositiveSmallIntegerField(null=True, help_text="Which of the delivery's links")
    client = models.CharField(max_length=16, blank=True)
    signs = models.JSONField(default=list, help_text="Names of rules.SIGNS that the request showed")
    human = models.BooleanField(null=True, help_text="null: not judged yet")
    confidence = models.FloatField(null=True, help_text="That a person did it")
    why = models.JSONField(default=list, help_text="Names of all rules.SIGNS that counted")
    detail = models.CharField(max_length=300, blank=True, help_text="What a service said, or how it was done")
    channel = models.CharField(max_length=60)
    purpose = models.CharField(max_length=60, blank=True)
    origin_kind = models.CharField(max_length=12)
    origin_id = models.CharField(max_length=36, blank=True)
    run = models.CharField(max_length=36, blank=True)
    variant = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delivery_no", "kind"], condition=Q(kind__in=ONCE), name="response_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["delivery_no", "kind", "at"], name="response_delivery"),
            models.Index(fields=["origin_kind", "origin_id", "run", "kind"], name="response_origin"),
            models.Index(fields=["person_no", "-at"], name="response_person"),
            models.Index(fields=["at"], condition=Q(human=None), name="response_unjudged"),
        ]
