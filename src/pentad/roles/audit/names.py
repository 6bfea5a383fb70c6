"""What colleagues, keys, teams, purposes, changes and tasks that the log speaks of are called now."""

from collections.abc import Collection

from pentad.core.actor import reader
from pentad.roles.access.apps.models import App
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes.models import Purpose
from pentad.roles.access.rights_models import Team
from pentad.roles.undo.models import Change
from pentad.roles.undo.queries import visible
from pentad.roles.work.models import Task


def users_named(ids: Collection[str]) -> dict[str, str]:
    return {str(row.pk): row.name or row.email for row in User.objects.filter(pk__in=_numbers(ids))}


def keys_named(ids: Collection[str]) -> dict[str, str]:
    """Of API keys and agents."""
    return {str(row.pk): row.name for row in ApiKey.objects.filter(pk__in=ids)}


def apps_named(ids: Collection[str]) -> dict[str, str]:
    return {row.id: row.name for row in App.objects.filter(pk__in=ids).select_related("client")}


def teams_named(ids: Collection[str]) -> dict[str, str]:
    return {str(row.pk): row.name for row in Team.objects.filter(pk__in=_numbers(ids))}


def purposes_named(ids: Collection[str]) -> dict[str, str]:
    return {row.name: row.label for row in Purpose.objects.filter(pk__in=ids)}


def changes_named(ids: Collection[str]) -> dict[str, str]:
    """Of those that the reader may see: what was done."""
    return {row.id: f"“{row.what}”" for row in visible(reader(), Change.objects.filter(id__in=ids))}


def tasks_named(ids: Collection[str]) -> dict[str, str]:
    """Of those that the reader may see."""
    return {row.id: row.title for row in Task.seen.filter(id__in=ids)}


def _numbers(ids: Collection[str]) -> list[int]:
    return [int(one) for one in ids if one.isdecimal() and len(one) < 10]
