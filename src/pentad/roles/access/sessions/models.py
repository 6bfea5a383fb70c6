"""The browsers in which colleagues are signed in."""

from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.models import User
from pentad.roles.access.sessions import rules

AGENT_LENGTH = 300


class BrowserSession(models.Model):
    """One signed-in browser. The session itself, under `session_key`, is Django's row."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    address = models.CharField(max_length=45, blank=True)
    created = models.DateTimeField(default=clock.now)
    last_seen = models.DateTimeField(default=clock.now)

    @property
    def browser(self) -> str:
        return rules.browser_of(self.agent)

    @property
    def device(self) -> str:
        return rules.device_of(self.agent)

    @property
    def icon(self) -> str:
        return "smartphone" if self.device in rules.HANDHELD else "monitor"

    @property
    def place(self) -> str:
        return rules.place_of(self.address)
