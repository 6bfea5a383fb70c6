"""Sending a test: of the newest version, published or not; whatever the contact policy says of the customer, who gets nothing."""

import re

from pentad.content.messages import queries
from pentad.content.messages.access import require_fields
from pentad.content.messages.editing import Spot
from pentad.content.messages.models import Message
from pentad.content.messages.values import Composed
from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.data.identity.models import Person
from pentad.intelligence.contact.asking import Ask
from pentad.intelligence.contact.knowing import suppressed
from pentad.platforms.channels.items import TEST, Item
from pentad.platforms.channels.queries import default_destination
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.addresses import home
from pentad.roles.access.models import User

PREFIX = "[Test] "
_KEY = re.compile(r"[0-9a-f-]{8,40}")
UNADDRESSED = ("webhook", "task")
"""Channels that go to no address: the test goes where every message does, marked as one."""
TITLES = {"email": "subject", "task": "title"}
"""Channel → the field that says that it is a test."""


@action("messages.send_test")
def send_test(*, actor: Actor, message: Message, at: Spot, person: Person, to: str, key: str) -> bool:
    """Queue it; whether it was not queued before under this key. The author sees the customer and all it speaks of. Raises
    Invalid, Denied, and Conflict when nothing takes the channel.
    """
    to = _address(at.channel, to)
    if not _KEY.fullmatch(key):
        raise Invalid("A test has a key of its own.", code="test_key", fix="Open the form again.")
    takes = default_destination(at.channel)
    if takes is None:
        raise Conflict(
            f"Nothing takes {at.channel} yet.", code="no_destination", fix="Set up a destination for the channel."
        )
    if at.channel == "inapp" and takes.adapter != "mailbox":  # it goes by who somebody is, not by an address
        raise Conflict(
            "The customer would see the test on your website.", code="test_reaches_customer",
            fix="Look at the preview, or make a mailbox the default destination of the channel.",
        )  # fmt: skip
    _require_not_suppressed(at.channel, to)
    version = queries.version(message)
    require_fields(actor, version.tree)
    made = _composed(message, at, person)
    title = TITLES.get(at.channel, "")
    content = made.content | ({title: PREFIX + made.content[title]} if title in made.content else {})
    done = enqueue([
        Item(
            f"test:{key}", person.no, at.channel, content, made.links, purpose=message.purpose,
            transactional=message.transactional, priority=100, origin_kind=TEST, origin_id=message.id, variant=at.variant,
            language=made.language, version_id=version.pk, address=to, once_in_run=False,
        )
    ])  # fmt: skip
    note(f"message:{message.id}", channel=at.channel, version=version.number, person=person.id)
    return bool(done.new)


def _composed(message: Message, at: Spot, person: Person) -> Composed:
    from pentad.content.messages.composing import Composer  # loads what renders messages

    version = queries.version(message)
    composer = Composer(queries.described(message, version), parts=version.tree)
    made = composer.compose(
        [person.no], channel=at.channel, variant=at.variant, language=at.language, base_url=home()
    )[0]  # fmt: skip
    if isinstance(made, Composed):
        return made
    said = {"no_value": f"“{made.value}” has no value for this customer, and no fallback.", "aborted": made.value}
    raise Invalid(
        said.get(made.reason, f"It cannot be written for this customer: {made.value or made.reason}."),
        code="test_not_composed", fix="Give it a fallback, or take another customer.",
    )  # fmt: skip


def _require_not_suppressed(channel: str, to: str) -> None:
    """Who asked not to be written to is not tried things out on either."""
    ask = Ask("", 0, channel, address=to)
    if suppressed([ask], clock.now())(ask) is not None:
        raise Invalid(
            f"“{to[:80]}” is suppressed: nothing is sent there.", code="test_address", fix="Take another address."
        )


def _address(channel: str, to: str) -> str:
    """E-mail goes to colleagues alone: it tells of a customer."""
    to = to.strip() or ("test" if channel in UNADDRESSED else "")
    if channel == "email" and not User.objects.filter(email=User.objects.normalise(to), is_active=True).exists():
        raise Invalid(
            f"“{to[:80]}” is no colleague's address.",
            code="test_address",
            fix="A test tells of a customer: it goes to colleagues.",
        )
    if not to or len(to) > 200:
        raise Invalid("A test goes to an address.", code="test_address", fix="Say where it goes to.")
    return to
