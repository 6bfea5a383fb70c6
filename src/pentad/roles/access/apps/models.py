"""Apps, which colleagues let them in, and the key with which Pentad signs who they are."""

from typing import ClassVar

from allauth.idp.oidc.models import Client
from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.apps import rules
from pentad.roles.access.models import User


class App(models.Model):
    """A third party's program. Name, owner, secret, redirect addresses and list stand in the library's row of its id."""

    client = models.OneToOneField(Client, models.CASCADE, primary_key=True, related_name="app")
    created = models.DateTimeField(default=clock.now)
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    @property
    def id(self) -> str:
        return str(self.client_id)

    @property
    def name(self) -> str:
        return str(self.client.name)

    @property
    def rights(self) -> list[str]:
        """What it may ever use."""
        return sorted(set(self.client.get_scopes()) - rules.IDENTITY)

    @property
    def public(self) -> bool:
        return bool(self.client.type == Client.Type.PUBLIC)

    @property
    def by_itself(self) -> bool:
        return Client.GrantType.CLIENT_CREDENTIALS in self.client.get_grant_types()

    @property
    def devices(self) -> bool:
        return Client.GrantType.DEVICE_CODE in self.client.get_grant_types()


class Consent(models.Model):
    """A colleague let an app in. It goes when they shut it out."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    app = models.ForeignKey(App, models.CASCADE, related_name="consents")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    rights = models.JSONField(default=list, help_text="What the colleague agreed to, the last time they were asked")
    """With the scopes that say who they are, which are no rights."""

    created = models.DateTimeField(default=clock.now)
    last_used = models.DateTimeField(null=True)

    @property
    def granted(self) -> list[str]:
        """Of these, the rights."""
        return [one for one in self.rights if one not in rules.IDENTITY]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["app", "user"], name="consent_once")]


class SigningKey(models.Model):
    """The RSA key of identity tokens, encrypted. There is one."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    sealed = models.TextField()
    created = models.DateTimeField(default=clock.now)
