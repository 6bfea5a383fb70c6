"""`python -m tests.platforms.channels.nursery FOLDER URL`: a process that is ready to send, and forks one that does so for each
order it reads. Killing those is what the crash suite is about.
"""

import json
import sys
import types
from typing import Any

from pentad.config import bootstrap

FOLDER, URL = sys.argv[1:3]
bootstrap.setup(FOLDER)

from django.conf import settings as django_settings  # noqa: E402
from django.db import connections  # noqa: E402

from pentad.core import clock, outgoing, settings  # noqa: E402
from pentad.core.actor import SYSTEM, read_as  # noqa: E402
from pentad.data.identity.models import Person  # noqa: E402
from pentad.platforms.channels import (  # noqa: E402
    claiming,
    pacing,
    preparing,
    queue,
    sending,
    trying,
)
from pentad.platforms.channels.models import Destination  # noqa: E402
from pentad.platforms.channels.registry import adapter_class  # noqa: E402
from tests.nursery import doom, serve  # noqa: E402
from tests.platforms.channels.people import customer, destination, item  # noqa: E402

KNOWS, FORGETS = "knows", "forgets"
MEMBERS = 3
sending.GROUP = 2  # more boundaries to die at
options = django_settings.DATABASES["default"][
    "OPTIONS"
]  # a process that is killed is no power cut: nothing need be on disk
options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


def prepare() -> None:
    """Customers, and a destination of each kind at the test's own server."""
    settings.put(outgoing.PRIVATE.name, ["127.0.0.0/8"])
    for n in range(MEMBERS):
        person = customer(f"P{n}")
        person.traits = {"phone": f"+49170123450{n}"}
        person.save()
    for name in (KNOWS, FORGETS):
        config = {"url": f"{URL}/{name}", "keys": name == KNOWS, "timeout": 10}
        destination("http", name=name, channel="webhook" if name == KNOWS else "sms", config=config)
    adapter_class("http")  # loaded once, for all
    connections.close_all()


def lots(numbers: list[int]) -> list[Any]:
    """What is to be sent in these lots: to every customer by each destination. Keys say which is meant."""
    people = list(Person.objects.order_by("no"))
    channels = {KNOWS: "webhook", FORGETS: "sms"}
    return [
        item(one, key=key, channel=channels[name], content={"json": json.dumps({"key": key})}, run=f"r{number}",
             transactional=True, due_at=None)
        for number in numbers
        for name in channels
        for one in people
        if (key := f"{name}:{number}:{one.no}")
    ]  # fmt: skip


PLACES: dict[str, tuple[types.ModuleType, str]] = {
    "enqueue": (queue, "_insert"),
    "claim": (claiming, "claim"),
    "prepare": (preparing, "prepare"),
    "begin": (trying, "begin"),
    "begin, inside": (pacing, "charge"),
    "act": (trying, "hand_over"),
    "settle": (trying, "settle"),
    "settle, inside": (trying, "tell"),
    "recover": (claiming, "recover"),
}


def live(order: dict[str, Any]) -> None:
    """Enqueue, take over what others left, and send until there is nothing to do."""
    read_as(SYSTEM)
    jump = int(order.get("jump", 0) * 1_000_000)
    real = clock.now_us
    clock.now_us = lambda: real() + jump
    if "place" in order:
        doom(*PLACES[order["place"]], order["side"], order["nth"])
    queue.enqueue(lots(order["lots"]))
    claiming.recover(clock.now())
    senders = [sending.Sender(one) for one in Destination.objects.order_by("id")]
    while sum(one.turn() for one in senders):
        pass


prepare()
serve(live)
