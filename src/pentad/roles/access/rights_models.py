"""Roles and what they are granted, teams, sharing and temporary elevation, as rows."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.rights import Level, Scope

SCOPES = [(scope.name.lower(), scope.name.title()) for scope in Scope if scope]
LEVELS = [(level.name.lower(), level.name.title()) for level in Level]


class Role(models.Model):
    """A named set of grants. Roles that came with the product can be changed, and put back."""

    name = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    order = models.IntegerField(default=100)


class Grant(models.Model):
    """A right that a role has, or is denied, for a scope. See `rights.Grant`."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    right = models.CharField(max_length=80)
    scope = models.CharField(max_length=4, default="all", choices=SCOPES)
    deny = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "right", "deny"], name="grant_once"),
        ]


class FieldRule(models.Model):
    """How much of a field a role sees. See `rights.FieldRule`."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="field_rules")
    kind = models.CharField(max_length=20, default="*")
    target = models.CharField(max_length=140)
    level = models.CharField(max_length=6, choices=LEVELS)
    deny = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "kind", "target", "deny"], name="field_rule_once"),
        ]


class FieldClass(models.Model):
    """The sensitivity somebody gave a field; others have the usual one of their name."""

    kind = models.CharField(max_length=20)
    field = models.CharField(max_length=140)
    sensitivity = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "field"], name="field_class_once")]


class Team(models.Model):
    """Colleagues who see each other's records where a right reaches the team; and those of the teams below."""

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="below")


class TeamMember(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]


class Share(models.Model):
    """One record opened to a colleague or a team beyond what their rights reach."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    kind = models.CharField(max_length=20)
    record = models.BigIntegerField(help_text="The record's number")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    change = models.BooleanField(default=False, help_text="May change it too")
    until = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    created = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "user", "record"], name="share_user"),
            models.Index(fields=["kind", "team", "record"], name="share_team"),
            models.Index(fields=["kind", "record"], name="share_record"),
        ]


class Elevation(models.Model):
    """A role held for a while, for a reason that everybody who reviews can read."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="elevations")
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=80)
    created = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    ended = models.DateTimeField(null=True)
