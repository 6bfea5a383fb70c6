"""A service under the test's control, and the mail that a real SMTP server takes."""

from collections.abc import Iterator

import pytest

from pentad.core import clock, hooks
from pentad.core.hookvalues import ChannelAdapter
from pentad.platforms.channels import registry
from pentad.platforms.channels.adapters import sns
from tests.platforms.channels import amazon as amazons
from tests.platforms.channels import scripted


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[scripted.Service]:
    """What adapters "scripted" (knows keys) and "forgetful" (does not) hand messages to."""
    found = [
        ChannelAdapter(name, name.title(), ("email", "sms"), f"tests.platforms.channels.scripted:{name.title()}")
        for name in ("scripted", "forgetful")
    ]
    usual = hooks.channel_adapters
    monkeypatch.setattr(hooks, "channel_adapters", lambda: usual() + found)
    registry._load.cache_clear()
    scripted.SERVICE.reset()
    yield scripted.SERVICE
    registry._load.cache_clear()


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The addresses that were called; a certificate lies at each."""
    called: list[str] = []
    monkeypatch.setattr(sns, "_kept", {})
    monkeypatch.setattr(sns, "fetched", lambda url: called.append(url) or amazons.certificate())
    with clock.held(amazons.NOW):
        yield called
