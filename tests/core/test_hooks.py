import sys
import types
from importlib.metadata import EntryPoint

import pytest

from pentad.core import hooks
from pentad.core.actor import SYSTEM, Actor
from pentad.core.hooks import Identifier, NavItem, PaletteItem, Panel, Problem, TimelineEntry

TOM = Actor("user", "2", "Tom Reyes", frozenset({"people.view"}))


class Loyalty:
    """A plugin as someone else may write it: only some of the hooks, only some of their arguments."""

    @hooks.impl
    def navigation(self, actor: Actor) -> list[NavItem]:
        return [
            NavItem("Points", "/points/", right="loyalty.view", order=5),
            NavItem("Members", "/members/", order=50),
        ]

    @hooks.impl
    def palette(self, query: str) -> list[PaletteItem]:
        return [PaletteItem(f"Search members for {query}", f"/members/?q={query}")]

    @hooks.impl
    def customer_panels(self, person: str) -> list[Panel]:
        return [
            Panel("card.html", {"of": person}, order=50),
            Panel("points.html", {}, right="loyalty.view"),
            Panel("first.html", {}, right="people.view", order=10),
        ]

    @hooks.impl
    def identifiers_of(self, message: dict[str, str]) -> list[Identifier]:
        return [Identifier("card", message["card"])] if "card" in message else []

    @hooks.impl
    def timeline_entry(self, event: str) -> TimelineEntry | None:
        return TimelineEntry("Points earned") if event == "points" else None

    @hooks.impl
    def doctor_checks(self) -> list[Problem]:
        return [Problem("loyalty", "warning", "Two members share a card.")]


class Broken:
    @hooks.impl
    def navigation(self) -> list[NavItem]:
        raise ZeroDivisionError("broken plugin")

    @hooks.impl
    def doctor_checks(self) -> list[Problem]:
        raise ZeroDivisionError("broken plugin")


@pytest.fixture(autouse=True)
def _plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = hooks.load([])
    manager.register(Broken(), name="broken")
    manager.register(Loyalty(), name="loyalty")
    monkeypatch.setattr(hooks, "_manager", manager)


def test_entries_come_in_order_and_only_with_the_right() -> None:
    assert [item.label for item in hooks.navigation(SYSTEM)] == ["Points", "Members"]
    assert [item.label for item in hooks.navigation(TOM)] == ["Members"]


def test_a_plugin_takes_the_arguments_it_wants() -> None:
    assert hooks.palette(TOM, "sven")[0].url == "/members/?q=sven"


def test_panels_of_a_customer_come_in_their_order_and_to_who_may_see_them() -> None:
    found = hooks.customer_panels(TOM, "sven")
    assert [(one.template, one.context) for one in found] == [("first.html", {}), ("card.html", {"of": "sven"})]


def test_identifiers_and_entries_of_events() -> None:
    assert hooks.identifiers_of({"card": "7"}) == [("card", "7")]
    assert hooks.identifiers_of({}) == []
    assert hooks.timeline_entry("points") == TimelineEntry("Points earned")
    assert hooks.timeline_entry("else") is None


def test_the_doctor_hears_of_a_check_that_fails_and_of_the_others() -> None:
    found = {problem.check: problem.message for problem in hooks.doctor_checks()}
    assert found["loyalty"] == "Two members share a card."
    assert "ZeroDivisionError" in found["broken"]


def test_installed_plugins_load_and_one_that_does_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    good = types.ModuleType("good_plugin")
    good.navigation = hooks.impl(lambda actor: [NavItem("Good", "/good/")])  # type: ignore[attr-defined]
    wrong = types.ModuleType("wrong_plugin")
    wrong.navigation = hooks.impl(lambda nobody_gives_this: [])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "good_plugin", good)
    monkeypatch.setitem(sys.modules, "wrong_plugin", wrong)
    monkeypatch.setattr(hooks, "_failed", {})
    entries = [
        EntryPoint(name, value, "pentad")
        for name, value in (
            ("absent", "absent_plugin"),
            ("wrong", "wrong_plugin"),
            ("good", "good_plugin"),
        )
    ]
    monkeypatch.setattr(hooks, "entry_points", lambda group: entries)
    monkeypatch.setattr(hooks, "_manager", hooks.load([]))
    assert [item.label for item in hooks.navigation(TOM)] == ["Good"]
    assert set(hooks.failed()) == {"absent", "wrong"}
    assert "absent_plugin" in hooks.failed()["absent"]


def test_built_in_modules_are_those_of_our_apps() -> None:
    modules = hooks._builtin_modules()
    assert "pentad.core.hooks" not in modules
    assert all(module.startswith("pentad.") for module in modules)


def test_every_hook_says_what_it_is_for() -> None:
    for name in ("navigation", "palette", "commands", "timeline_entry", "doctor_checks", "identifiers_of", "schedules"):
        assert getattr(hooks.Hooks, name).__doc__
