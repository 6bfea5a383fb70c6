"""The contact policy: a million messages judged, and the decision to send one."""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import load
from bench.report import Row, at_least, at_most

CUSTOMERS, AT_ONCE, SINGLES = 1_000_000, 10_000, 2_000
SHARE_OF_READING, DECISION_MS, GROWTH_MB = 0.2, 20, 300
_RUN = """
import sys
from bench.contact import run
run(sys.argv[1], int(sys.argv[2]))
"""
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Europe/Lisbon")


def rows(quick: bool) -> Iterator[Row]:
    customers = 20_000 if quick else CUSTOMERS
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), str(customers)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"contact policy, {customers:,} messages judged, by a core"
        of = "reading the same rows alone"
        yield at_least(what, found["judged"], found["read"], "messages/s", of, SHARE_OF_READING)
        yield at_most(f"{what}: growth of memory", found["growth"], "MB", GROWTH_MB)
        yield at_most(f"decision to send one, {customers:,} customers, p99", found["p99"], "ms", DECISION_MS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, customers: int) -> None:
    """Fill a folder, judge a message to everybody, then single ones; prints what it took."""
    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.core import clock
    from pentad.core.actor import SYSTEM, acting_as

    now = clock.now()
    with acting_as(SYSTEM):
        _fill(customers, now)
        _judge(range(1, min(customers, AT_ONCE)), now)  # what is loaded once does not count
        before = _memory()
        judged, sent = _worked(lambda: sum(_judge(some, now) for some in _portions(customers)))
        growth = _memory() - before
        assert 0.2 * customers < sent < 0.8 * customers, sent
        read, _ = _worked(lambda: sum(_read(some) for some in _portions(customers)))
        singles = sorted(_timed(lambda no=no: _judge([no], now))[0] for no in range(1, customers, customers // SINGLES))
    told = {"judged": customers / judged, "read": customers / read, "growth": growth}
    print(json.dumps(told | {"p99": 1000 * singles[int(len(singles) * 0.99)]}))


def _portions(customers: int) -> Iterator[range]:
    return (range(at, min(at + AT_ONCE, customers + 1)) for at in range(1, customers + 1, AT_ONCE))


def _timed(work: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _worked(work: Any) -> tuple[float, Any]:
    """In CPU seconds, SQLite's among them: what else the machine does is no part of it."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _judge(numbers: Sequence[int], now: datetime) -> int:
    """How many may go: of each ten one did not agree, some had theirs, some are asleep, and one in fifty is suppressed."""
    from pentad.intelligence.contact.gates import Ask, judge

    asks = [Ask(f"campaign:1:{no}", no, "sms", "marketing", address=f"+49{no:08}") for no in numbers]
    return sum(one.send for one in judge(asks, now))


def _read(numbers: Sequence[int]) -> int:
    """The rows that a verdict needs, read and thrown away."""
    from pentad.data.consent.models import ConsentStatement, Preference
    from pentad.data.identity.models import Person
    from pentad.data.identity.store import chunks
    from pentad.data.profiles.models import PersonTrait
    from pentad.intelligence.contact.models import ContactLog

    count = 0
    for some in chunks(numbers):
        count += len(Person.objects.filter(no__in=some).values_list("no", "root_id"))
        count += len(
            ConsentStatement.objects.filter(person_id__in=some).values_list("purpose", "channel", "state", "at")
        )
        count += len(Preference.objects.filter(person_id__in=some).values_list("purpose", "channel"))
        count += len(ContactLog.objects.filter(person_id__in=some).values_list("person_id", "at", "channel", "purpose"))
        count += len(PersonTrait.objects.filter(person_id__in=some, name="timezone").values_list("person_id", "value"))
    return count


def _fill(customers: int, now: datetime) -> None:
    """Customers with consent, a time zone and a past: every second one had a message in the last three days."""
    from pentad.core.actor import SYSTEM
    from pentad.data.consent.actions import declare_purpose
    from pentad.data.consent.models import ConsentStatement
    from pentad.data.identity.models import Person
    from pentad.data.profiles.models import PersonTrait
    from pentad.intelligence.contact.addresses import digester
    from pentad.intelligence.contact.models import ContactLog, Suppression

    declare_purpose(actor=SYSTEM, name="marketing", label="Marketing")
    long_ago, digest = now - timedelta(days=200), digester()
    for first in range(1, customers + 1, 2_000):
        numbers = range(first, min(first + 2_000, customers + 1))
        Person.objects.bulk_create(Person(no=no, name=f"Person {no}", phone=f"+49{no:08}") for no in numbers)
        ConsentStatement.objects.bulk_create(
            ConsentStatement(
                person_id=no, purpose="marketing", source_no=1, state="denied" if no % 10 == 0 else "granted",
                at=long_ago, until=long_ago, decided=True, message_id=f"m{no}", last_message_id=f"m{no}",
            )
            for no in numbers
        )  # fmt: skip
        PersonTrait.objects.bulk_create(
            PersonTrait(
                person_id=no, name="timezone", source_no=1, value=ZONES[no % 5], at=long_ago, message_id=f"m{no}"
            )
            for no in numbers
        )
        ContactLog.objects.bulk_create(
            ContactLog(
                person_id=no, channel="sms" if no % 4 else "email", purpose="marketing",
                at=now - timedelta(minutes=no % (72 * 60)), delivery_key=f"campaign:0:{no}",
            )
            for no in numbers if no % 2
        )  # fmt: skip
        Suppression.objects.bulk_create(
            Suppression(channel="sms", digest=digest(f"+49{no:08}"), reason="invalid") for no in numbers if no % 50 == 0
        )
