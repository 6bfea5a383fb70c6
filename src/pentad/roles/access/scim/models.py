"""What an identity provider told us of colleagues and groups."""

from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.models import User


class ProvisionedUser(models.Model):
    """The SCIM side of an account. `gone` after DELETE: the account is closed, and its history stays."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    user_name = models.CharField(max_length=254, unique=True, help_text="In lower case")
    external_id = models.CharField(max_length=254, blank=True, db_index=True)
    resource = models.JSONField(default=dict, help_text="What was sent, without what the account itself holds")
    gone = models.BooleanField(default=False)
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now)


class ProvisionedGroup(models.Model):
    """A group of the identity provider, and the role that an administrator gave it here."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    display_name = models.CharField(max_length=254)
    external_id = models.CharField(max_length=254, blank=True, db_index=True)
    role = models.CharField(max_length=40, blank=True)
    members = models.ManyToManyField(User, related_name="+")
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now)
