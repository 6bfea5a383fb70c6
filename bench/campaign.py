"""A campaign to a million customers: chosen, composed and queued, on one core; beside composing alone."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench import compose, load
from bench.report import Row, at_least, at_most

CUSTOMERS, ALONE = 1_000_000, 20_000
SHARE_OF_COMPOSING, GROWTH_MB = 0.4, 150
_RUN = """
import sys
from bench.campaign import run
run(sys.argv[1], int(sys.argv[2]))
"""


def rows(quick: bool) -> Iterator[Row]:
    customers = 10_000 if quick else CUSTOMERS
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), str(customers)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"campaign to {customers:,} customers"
        of = "composing alone"
        yield at_least(f"{what}, chosen, composed and queued, by a core", found["queued"], found["composed"], "customers/s",
                       of, SHARE_OF_COMPOSING)  # fmt: skip
        yield at_most(
            f"{what}: CPU to choose one, with the row, the arm and the event", 1e6 / found["chosen"], "µs", 400
        )
        yield at_most(f"{what}: growth of memory", found["growth"], "MB", GROWTH_MB)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, customers: int) -> None:
    """Fill a folder, run a campaign to everybody up to the queue; prints customers a second of CPU."""
    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.core.actor import SYSTEM, acting_as
    from pentad.engage.campaigns.models import Run
    from pentad.engage.campaigns.releasing import Releaser
    from pentad.platforms.channels.models import Delivery

    compose._fill(customers)
    with acting_as(SYSTEM):
        campaign = _campaign()
        alone = _worked(lambda: _alone(campaign, min(customers, ALONE))) / min(customers, ALONE)
        before = _memory()
        chosen = _worked(lambda: _choose(campaign))
        run = Run.objects.select_related("campaign").get()
        queued = _worked(lambda: Releaser(run.campaign, run).due(_step))
        growth = _memory() - before
    assert Delivery.objects.count() == run.chosen == customers, (Delivery.objects.count(), run.chosen)
    told = {
        "queued": customers / (chosen + queued),
        "composed": 1 / alone,
        "chosen": customers / chosen,
        "growth": growth,
    }
    print(json.dumps(told))


def _memory() -> float:
    """Memory of this process's own in MB, without the pages of the database that the kernel maps for it."""
    told = Path("/proc/self/status").read_text().split("RssAnon:")[1]
    return int(told.split()[0]) / 1024


def _step() -> AbstractContextManager[None]:
    from django.db import transaction

    return transaction.atomic()


def _worked(work: Any) -> float:
    """CPU seconds, SQLite's among them: what else the machine does is no part of it."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _campaign() -> Any:
    from pentad.content.messages import actions as messages
    from pentad.content.messages.models import Message
    from pentad.core.actor import SYSTEM, Actor
    from pentad.engage.campaigns import actions, starting, turns
    from pentad.engage.campaigns.plan import Audience, Content, Plan
    from pentad.platforms.channels.models import Destination

    Destination.objects.create(channel="email", adapter="mailbox", name="Mailbox", is_default=True)
    said = {"variants": {"A": {"email": {"en": {**compose.MAIL, "preheader": "Only until Sunday"}}}}}
    message = messages.create_message(actor=SYSTEM, name="Offer", transactional=True, content=said)
    Message.objects.update(
        state=Message.PUBLISHED, published=message.versions.get()
    )  # its gate asks for traits that were seen
    plan = Plan(audience=Audience(everybody=True), content=Content(message.id))
    campaign = actions.create_campaign(actor=SYSTEM, name="Offer", plan=plan)
    starting.ask_approval(actor=SYSTEM, campaign=campaign)
    colleague = Actor("user", "bea", "Bea", frozenset({"*"}))
    starting.decide_approval(actor=colleague, campaign=campaign, approve=True)
    campaign = starting.start_campaign(actor=SYSTEM, campaign=campaign)
    turns.begin_due()
    return campaign


def _choose(campaign: Any) -> None:
    from pentad.engage.campaigns.choosing import Chooser
    from pentad.engage.campaigns.models import Run

    run = Run.objects.select_related("campaign").get(campaign=campaign)
    Chooser(run.campaign, run).everybody(_step)


def _alone(campaign: Any, customers: int) -> None:
    from pentad.content.messages.composing import Composer
    from pentad.engage.campaigns.saying import message_of

    composer = Composer(message_of(campaign))
    for first in range(1, customers + 1, compose.AT_ONCE):
        some = range(first, min(first + compose.AT_ONCE, customers + 1))
        composer.compose(some, channel="email", base_url="https://kestrel.example")
