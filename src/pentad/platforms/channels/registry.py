"""Which adapters there are, and the one of a destination. Their modules are loaded when they are first used."""

from functools import cache
from importlib import import_module

from pentad.core import hooks
from pentad.core.errors import NotFound
from pentad.core.hookvalues import ChannelAdapter
from pentad.platforms.channels.adapters.protocol import Adapter, Setup
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.sealing import opened


def adapters(channel: str = "") -> list[ChannelAdapter]:
    """What features and plugins announce, of a channel or of all."""
    found = hooks.channel_adapters()
    return [one for one in found if not channel or channel in one.channels]


def channels() -> list[str]:
    """Every channel that some adapter carries, in order."""
    return list(dict.fromkeys(channel for one in adapters() for channel in one.channels))


def find(name: str) -> ChannelAdapter:
    """Raises NotFound (adapter_not_found)."""
    for one in adapters():
        if one.name == name:
            return one
    raise NotFound(
        f"There is no adapter “{name}”.", code="adapter_not_found", fix="Install the plugin that brings it.", name=name
    )


@cache
def _load(path: str) -> type[Adapter]:
    module, _, name = path.partition(":")
    found: type[Adapter] = getattr(import_module(module), name)
    return found


def adapter_class(name: str) -> type[Adapter]:
    """Raises NotFound (adapter_not_found)."""
    return _load(find(name).path)


def open_adapter(destination: Destination) -> Adapter:
    """The adapter as the destination was set up. Raises NotFound, and Unavailable when its secrets cannot be read."""
    setup = Setup(destination.pk, destination.channel, destination.config, opened(destination.secret), destination.name)
    return adapter_class(destination.adapter)(setup)
