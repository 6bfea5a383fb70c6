"""Invitations, open and past."""

from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.models import User


class Invitation(models.Model):
    """Somebody who may join under an address. The link is signed, not stored: whoever reads the row cannot use it."""

    OPEN, EXPIRED, ACCEPTED, REVOKED = "Open", "Expired", "Accepted", "Revoked"

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    email = models.EmailField()
    role = models.CharField(max_length=40)
    by = models.CharField(max_length=200, help_text="Who invited, by name")
    created = models.DateTimeField(default=clock.now)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    accepted = models.DateTimeField(null=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", help_text="Who accepted")

    @property
    def state(self) -> str:
        if self.accepted:
            return self.ACCEPTED
        if self.revoked:
            return self.REVOKED
        return self.OPEN if clock.now() < self.expires else self.EXPIRED
