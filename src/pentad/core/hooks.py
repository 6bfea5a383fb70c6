"""Where features and plugins meet: the hooks, what they return, and the calls that gather them.

A plugin is a module with functions marked `@hooks.impl`, named like a hook and taking any of its
arguments. Built-in features use the same way: the module `hooks` of each of our apps. Packages from
outside announce theirs as an entry point of the group "pentad".

    from pentad.core import hooks

    @hooks.impl
    def navigation(actor: Actor) -> list[NavItem]:
        return [NavItem("Loyalty", "/loyalty/", icon="gem", right="people.view")]

Hooks are called by keyword only, so that one may gain an argument without breaking a plugin. A
plugin that fails is named in the log and left out; the others go on.
"""

import importlib
import importlib.util
import threading
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import pluggy
import structlog
from django.conf import settings

from pentad.core.actor import Actor
from pentad.core.hookvalues import (
    AuditKind,
    ChannelAdapter,
    Command,
    Identifier,
    NavItem,
    PaletteItem,
    Panel,
    Problem,
    ScheduleItem,
    TimelineEntry,
)

__all__ = [
    "AuditKind",
    "ChannelAdapter",
    "Command",
    "Identifier",
    "NavItem",
    "PaletteItem",
    "Panel",
    "Problem",
    "ScheduleItem",
    "TimelineEntry",
    "audit_kinds",
    "channel_adapters",
    "commands",
    "customer_panels",
    "doctor_checks",
    "failed",
    "identifiers_of",
    "impl",
    "manager",
    "navigation",
    "palette",
    "schedules",
    "timeline_entry",
]

PROJECT = "pentad"
log = structlog.get_logger(__name__)
spec = pluggy.HookspecMarker(PROJECT)
impl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hook specifications: what each is asked, when, and what it returns."""

    @spec
    def navigation(self, actor: Actor) -> list[NavItem]:  # type: ignore[empty-body]
        """Entries of the side bar for this actor. Asked on every page: answer from memory."""

    @spec
    def palette(self, actor: Actor, query: str) -> list[PaletteItem]:  # type: ignore[empty-body]
        """What the palette (Ctrl-K) offers for the typed text, best first. Asked at every pause in typing."""

    @spec
    def commands(self, page: str) -> list[Command]:  # type: ignore[empty-body]
        """Commands and their keys on a page, by the page's view name such as "people:list"; "" means everywhere."""

    @spec
    def customer_panels(self, actor: Actor, person: Any) -> list[Panel]:  # type: ignore[empty-body]
        """What stands beside a customer's timeline, below the figures. The person is a row that the actor may see."""

    @spec(firstresult=True)
    def timeline_entry(self, event: Any) -> TimelineEntry | None:
        """How to show an event row (type, name, properties …) in a timeline. The first that answers wins."""

    @spec
    def doctor_checks(self) -> list[Problem]:  # type: ignore[empty-body]
        """Look at what this feature keeps and name what is wrong. Asked by `pentad doctor`, in the owner process."""

    @spec
    def identifiers_of(self, message: dict[str, Any]) -> list[Identifier]:  # type: ignore[empty-body]
        """Further identifiers that a message carries, beside those the tracking API defines."""

    @spec
    def schedules(self) -> list[ScheduleItem]:  # type: ignore[empty-body]
        """Jobs to be enqueued again and again. Asked when job workers start."""

    @spec
    def audit_kinds(self) -> list[AuditKind]:  # type: ignore[empty-body]
        """How the audit log shows what this feature's actions are about. Asked once."""

    @spec
    def channel_adapters(self) -> list[ChannelAdapter]:  # type: ignore[empty-body]
        """Ways to hand messages to services: e-mail, SMS, push and what a plugin brings. Name the class, do not load it."""


_lock = threading.Lock()
_manager: pluggy.PluginManager | None = None
_failed: dict[str, str] = {}


def manager() -> pluggy.PluginManager:
    """The plugin manager, with built-ins and installed plugins loaded at the first call."""
    global _manager
    if _manager is None:
        with _lock:
            if _manager is None:
                _manager = load(_builtin_modules())
    return _manager


def load(modules: list[str]) -> pluggy.PluginManager:
    """A manager with these modules and every installed plugin."""
    plugins = pluggy.PluginManager(PROJECT)
    plugins.add_hookspecs(Hooks)
    for path in modules:
        plugins.register(importlib.import_module(path), name=path)
    for entry in entry_points(group=PROJECT):
        try:
            plugins.register(entry.load(), name=entry.name)
            plugins.check_pending()
        except Exception as error:
            _failed[entry.name] = f"{type(error).__name__}: {error}"
            plugins.unregister(name=entry.name) if plugins.has_plugin(entry.name) else None
            log.exception("plugin_not_loaded", plugin=entry.name)
    plugins.check_pending()
    return plugins


def failed() -> dict[str, str]:
    """Installed plugins that could not be loaded, and why."""
    return dict(_failed)


def _builtin_modules() -> list[str]:
    """`<app>.hooks` of each of our apps but the core, and what settings.PENTAD_PLUGINS names."""
    ours = [f"{app}.hooks" for app in settings.INSTALLED_APPS if app.startswith("pentad.") and app != "pentad.core"]
    found = [path for path in ours if importlib.util.find_spec(path) is not None]
    return found + list(getattr(settings, "PENTAD_PLUGINS", []))


def _answers(name: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
    """(plugin, answer) of each implementation, in registration order; a failing one is logged and skipped."""
    for one in getattr(manager().hook, name).get_hookimpls():
        try:
            yield one.plugin_name, one.function(*[arguments[argument] for argument in one.argnames])
        except Exception:
            log.exception("hook_failed", hook=name, plugin=one.plugin_name)


def _all(name: str, **arguments: Any) -> list[Any]:
    return [item for _, answer in _answers(name, **arguments) for item in answer or ()]


def navigation(actor: Actor) -> list[NavItem]:
    """Side bar entries the actor may see, in the order of sections and `order`."""
    items: list[NavItem] = _all("navigation", actor=actor)
    return sorted((item for item in items if not item.right or actor.may(item.right)), key=lambda item: item.order)


def palette(actor: Actor, query: str) -> list[PaletteItem]:
    """Palette results the actor may see."""
    items: list[PaletteItem] = _all("palette", actor=actor, query=query)
    return [item for item in items if not item.right or actor.may(item.right)]


def commands(page: str) -> list[Command]:
    """Commands of a page and those of every page."""
    return _all("commands", page=page)


def customer_panels(actor: Actor, person: Any) -> list[Panel]:
    """Panels of a customer's page that the actor may see, in their order."""
    found: list[Panel] = _all("customer_panels", actor=actor, person=person)
    return sorted((one for one in found if not one.right or actor.may(one.right)), key=lambda one: one.order)


def timeline_entry(event: Any) -> TimelineEntry | None:
    """The first answer to how an event is shown; None leaves it to the page's default."""
    return next((answer for _, answer in _answers("timeline_entry", event=event) if answer is not None), None)


def doctor_checks() -> list[Problem]:
    """Every problem that any feature or plugin finds; a check that itself fails is one too."""
    problems = [
        Problem("plugins", "error", f"The plugin {name} could not be loaded: {why}", "Update or remove the plugin.")
        for name, why in _failed.items()
    ]
    for one in manager().hook.doctor_checks.get_hookimpls():
        try:
            found: Any = one.function()
            problems += found or []
        except Exception as error:
            log.exception("hook_failed", hook="doctor_checks", plugin=one.plugin_name)
            message = f"The checks of {one.plugin_name} failed: {type(error).__name__}: {error}"
            problems.append(Problem(one.plugin_name, "error", message, "See the log for the whole error."))
    return problems


def identifiers_of(message: dict[str, Any]) -> list[Identifier]:
    """Identifiers that plugins find in a message."""
    return _all("identifiers_of", message=message)


def schedules() -> list[ScheduleItem]:
    """Every schedule that features and plugins ask for."""
    return _all("schedules")


def audit_kinds() -> list[AuditKind]:
    """Every kind of subject that features and plugins tell of."""
    return _all("audit_kinds")


def channel_adapters() -> list[ChannelAdapter]:
    """Every adapter that features and plugins bring."""
    return _all("channel_adapters")
