"""Erasure: hidden at once, and then no file of the data folder holds a byte of the person."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Server, until


@dataclass
class Traces:
    """A person whose every value is unlike anything else, so that a scan for them proves something."""

    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:10])

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return f"{name}-{self.mark}"

    @property
    def email(self) -> str:
        return f"zebediah.{self.mark}@quillfeather.example"

    @property
    def name(self) -> str:
        return f"Zebediah Quillfeather{self.mark}"

    def found_in(self, folder: Path) -> list[str]:
        """`file: bytes around it` of each trace; every value holds the mark, in whatever spelling."""
        return list(_found(folder, [self.mark.encode(), self.mark.upper().encode(), self.mark.encode("utf-16-le")]))


def _found(folder: Path, needles: list[bytes]) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        try:
            data = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # replaced by a newer one meanwhile
            continue
        for needle in needles:
            at = data.find(needle)
            if at >= 0:
                yield f"{path.relative_to(folder)}: …{data[max(0, at - 60) : at + 40]!r}… ({data.count(needle)} times)"


def _story(person: Traces, months_ago: int = 0) -> list[dict[str, Any]]:
    """What Zebediah left behind: visits, an order, a profile, a company, a mistake of his app."""
    at = (datetime.now(UTC) - timedelta(days=31 * months_ago, hours=1)).isoformat()
    both = {"userId": person.user, "anonymousId": person.device, "timestamp": at}
    page = {"context": {"page": {"path": f"/account/{person.path}"}, "ip": "203.0.113.77"}}
    messages: list[dict[str, Any]] = [
        {"type": "page", "anonymousId": person.device, "name": person.page, "timestamp": at, **page},
        {"type": "identify", **both, "traits": {"name": person.name, "email": person.email, "taste": person.taste}},
        {"type": "track", **both, "event": "Order Completed", "properties": {"note": person.order, "revenue": 12.5}},
        {"type": "track", **both, "event": f"Custom {person.event}", "properties": {"list": [person.item]}},
        {"type": "group", **both, "groupId": "lumen", "traits": {"name": "Lumen Health"}},
        {"type": "alias", "userId": person.user, "previousId": person.former, "timestamp": at},
        {"type": "track", "userId": person.user, "properties": {"why": person.quarantined}},  # has no event name
    ]
    return [{"messageId": f"{uuid.uuid4()}", **message} for message in messages]


def _settle(server: Server, person: Traces, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Send the story, once more (duplicates leave traces too), and somebody else's; wait for the profile."""
    other = {"type": "track", "messageId": str(uuid.uuid4()), "userId": "somebody-else", "event": "Stayed"}
    assert server.write_key
    before = server.totals()["accepted"]
    for _ in range(2):
        server.send("batch", {"batch": [*messages, other]})
    server.settled(accepted=before + 2 * (len(messages) + 1))
    return until(lambda: server.person(f"user_id:{person.user}"), what="the person")


def _check_gone(server: Server, person: Traces, seconds: float = 90) -> None:
    left: list[str] = []

    def clean() -> bool:
        left[:] = person.found_in(server.folder)
        return not left

    try:
        until(clean, seconds)
    except AssertionError:
        pytest.fail("traces of the person are left:\n" + "\n".join(left))


def _check_others_stay(server: Server) -> None:
    stayed = server.person("user_id:somebody-else")
    assert stayed
    assert [row["name"] for row in server.events(stayed["id"])] == ["Stayed"]


def test_erase_while_the_server_runs(server: Server) -> None:
    person = Traces()
    found = _settle(server, person, _story(person))
    assert person.found_in(server.folder), "the scan can see traces"

    server.cli("erase", "--identifier", f"user_id:{person.user}")

    for identifier in (f"user_id:{person.user}", f"anonymous_id:{person.device}", f"email:{person.email}"):
        assert server.person(identifier) is None
    server.api(f"/people/{found['id']}/events", status=404)
    _check_gone(server, person)
    _check_others_stay(server)
    server.cli("doctor")
    server.stop()
    _check_gone(server, person, 0)


def test_erase_what_was_sealed_while_no_server_runs(new_server: Callable[..., Server]) -> None:
    server = new_server().start()
    person = Traces()
    _settle(server, person, [*_story(person, months_ago=2), *_story(person, months_ago=1), *_story(person)])
    server.stop()
    server.cli("seal")
    sealed = [path for path in (server.folder / "ledger").iterdir() if path.name[:4].isdigit()]
    assert sealed, "closed months have files of their own"
    assert person.found_in(server.folder)

    server.cli("erase", "--identifier", f"email:{person.email}")

    _check_gone(server, person)
    server.cli("doctor")
    server.start()
    assert server.person(f"user_id:{person.user}") is None
    _check_others_stay(server)
    totals = server.totals()
    assert totals["accepted"] == totals["stored"] + totals["duplicate"] + totals["quarantined"]


def test_all_parts_of_a_merged_person_go(server: Server) -> None:
    person, alias = Traces(), Traces()
    keep = _settle(server, person, _story(person))
    other = _settle(server, alias, _story(alias))
    server.api(f"/people/{keep['id']}/merge", {"other": other["id"]})

    server.cli("erase", "--identifier", f"user_id:{alias.user}")

    _check_gone(server, person)
    _check_gone(server, alias)


def test_a_crash_during_erasure_does_not_bring_anyone_back(server: Server) -> None:
    person = Traces()
    _settle(server, person, _story(person))
    server.cli("erase", "--identifier", f"user_id:{person.user}")
    server.kill()  # the rewrite may be under way or still to come
    server.start()
    assert server.person(f"user_id:{person.user}") is None
    _check_gone(server, person)
    server.cli("doctor")


def test_erase_says_when_there_is_nobody(server: Server) -> None:
    done = server.cli("erase", "--identifier", "user_id:nobody-ever", status=None)
    assert done.returncode != 0
    assert "nobody-ever" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
