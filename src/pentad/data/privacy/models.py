"""Erasures: who was erased (never by name) and how far it has got."""

from django.db import models

from pentad.core import clock, ids


class Erasure(models.Model):
    """Hidden at once; `gone` when every file has been rewritten."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    person_nos = models.JSONField(help_text="Ledger numbers of the parts that were erased")
    actor = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)
    gone = models.DateTimeField(null=True)


class ErasedIdentifier(models.Model):
    """A keyed hash of an erased identifier: events received before the erasure do not bring it back."""

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()
