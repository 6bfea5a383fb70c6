"""Settings that an operator changes while Pentad runs. What is fixed at start is in config/settings.py.

KEEP = settings.define("jobs.keep_days", 7, "Days that finished jobs stay.", minimum=1)
KEEP.get()                       # typed; or settings.get("jobs.keep_days")
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Invalid, NotFound
from pentad.core.models import Setting

T = TypeVar("T", bool, int, float, str, list[str])

log = structlog.get_logger(__name__)

TTL_SECONDS = 2.0
"""How long another process may go on with an old value."""


@dataclass(frozen=True)
class Definition(Generic[T]):
    """A setting there is: its name, its type by its default, its bounds, what it does."""

    name: str
    default: T
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = field(default=())
    allow: Callable[[Actor, T], None] | None = field(default=None)
    """Asked before somebody changes it: it raises for a value that they may not set."""

    def get(self) -> T:
        """The value in force."""
        value = _stored().get(self.name, self.default)
        try:
            return self.check(value)
        except Invalid:
            log.warning("setting_ignored", setting=self.name)  # bounds were narrowed since it was stored
            return self.default

    def check(self, value: Any) -> T:
        """The value in the setting's type. Raises Invalid."""
        if type(self.default) is float and type(value) is int:
            value = float(value)
        if type(value) is not type(self.default):
            raise self._invalid(value, f"is not {_KINDS[type(self.default)]}")
        self._check_bounds(value)
        checked: T = value
        return checked

    def _check_bounds(self, value: Any) -> None:
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise self._invalid(value, "is not a list of texts")
        if self.minimum is not None and not value >= self.minimum:  # so written for NaN, which is neither
            raise self._invalid(value, f"is below {self.minimum:g}")
        if self.maximum is not None and not value <= self.maximum:
            raise self._invalid(value, f"is above {self.maximum:g}")
        if self.choices and value not in self.choices:
            raise self._invalid(value, f"is none of {', '.join(self.choices)}")

    def parse(self, text: str) -> T:
        """The value a person typed. Raises Invalid."""
        text = text.strip()
        kind = type(self.default)
        value: Any = text
        if kind is bool:
            value = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(
                text.lower(), text
            )
        elif kind is list:
            value = [part.strip() for part in text.split(",") if part.strip()]
        elif kind in (int, float):
            try:
                value = kind(text)
            except ValueError:
                raise self._invalid(text, f"is not {_KINDS[kind]}") from None
        return self.check(value)

    def _invalid(self, value: Any, why: str) -> Invalid:
        return Invalid(
            f"The setting {self.name} cannot be {value!r}: it {why}.",
            code="invalid_setting",
            fix=self.help,
            setting=self.name,
        )


_KINDS: dict[type, str] = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list of texts",
}
_definitions: dict[str, Definition[Any]] = {}
_lock = threading.Lock()
_values: dict[str, Any] = {}
_fresh_until = 0.0


def define(
    name: str,
    default: T,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    allow: Callable[[Actor, T], None] | None = None,
) -> Definition[T]:
    """Make a setting known. Its type is that of its default."""
    if name in _definitions and _definitions[name].default != default:
        raise ValueError(f"Two settings named {name!r}")
    made = Definition(name, default, help, minimum, maximum, choices, allow)
    _definitions[name] = made
    return made


def definitions() -> list[Definition[Any]]:
    """Every setting, by name."""
    return [_definitions[name] for name in sorted(_definitions)]


def definition(name: str) -> Definition[Any]:
    """A setting by name. Raises NotFound (unknown_setting)."""
    try:
        return _definitions[name]
    except KeyError:
        raise NotFound(
            f"There is no setting “{name}”.", code="unknown_setting", fix="See the list of settings.", setting=name
        ) from None


def get(name: str) -> Any:
    """The value in force."""
    return definition(name).get()


def put(name: str, value: Any) -> None:
    """Store a value; other processes follow within TTL_SECONDS. Raises Invalid (invalid_setting)."""
    checked = definition(name).check(value)
    Setting.objects.update_or_create(name=name, defaults={"value": checked, "changed": clock.now()})
    forget()


def reset(name: str) -> None:
    """Go back to the default."""
    Setting.objects.filter(name=definition(name).name).delete()
    forget()


def forget() -> None:
    """Read the stored values anew at the next look."""
    global _fresh_until
    _fresh_until = 0.0


@action("settings.edit")
def change_setting(*, actor: Actor, name: str, value: Any) -> None:
    """Change run-time settings."""
    before, asked = get(name), definition(name)
    if asked.allow is not None:
        asked.allow(actor, asked.check(value))
    put(name, value)
    note(f"setting:{name}", before=before, after=value)


def _stored() -> dict[str, Any]:
    """All stored values: few rows, read together so that a page costs one query."""
    global _values, _fresh_until
    if time.monotonic() < _fresh_until:
        return _values
    with _lock:
        if time.monotonic() >= _fresh_until:
            _values = dict(Setting.objects.values_list("name", "value"))
            _fresh_until = time.monotonic() + TTL_SECONDS
        return _values
