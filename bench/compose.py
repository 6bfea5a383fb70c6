"""Mails composed for a campaign, on one core: beside the rendering of the same templates alone, by the library as it comes."""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import load
from bench.report import Row, at_least, at_most

CUSTOMERS, AT_ONCE = 100_000, 1_000
MAILS_A_SECOND, SHARE_OF_RENDERING, GROWTH_MB = 3_000, 0.5, 60
_RUN = """
import sys
from bench.compose import run
run(sys.argv[1], int(sys.argv[2]))
"""
MJML = """<mjml><mj-body>
<mj-section><mj-column>
<mj-image src="https://kestrel.example/logo.png" alt="Kestrel Coffee" href="https://kestrel.example/" />
</mj-column></mj-section>
<mj-section><mj-column>
<mj-text>Hello {{ customer.first_name | default: "there" }},</mj-text>
<mj-text>{% if customer.plan == "family" %}<p>your family of {{ customer.seats | default: 2 }}
has {{ customer.points | default: 0 }} points.</p>{% else %}<p>you have {{ customer.points | default: 0 }} points
since {{ customer.since | date: "%-d %B %Y" | default: "today" }}.</p>{% endif %}</mj-text>
<mj-button href="https://kestrel.example/offer?c={{ customer.id }}&amp;plan={{ customer.plan | default: 'none' | url_encode }}">
Your offer</mj-button>
<mj-text>It is worth {{ customer.value | default: 5 | money: "EUR" }} until {{ now | add_day: 14 | date: "%-d %B" }}.</mj-text>
</mj-column></mj-section>
<mj-section><mj-column>
<mj-text>{{ company.name | default: "Kestrel Coffee" }} · <a href="{{ links.preferences }}">Preferences</a> ·
<a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""
MAIL = {
    "subject": '{{ customer.first_name | default: "You" }}, an offer', "preheader": "Only until {{ campaign.until }}",
    "mjml": MJML, "text": "", "reply_to": "hello@kestrel.example",
}  # fmt: skip


def rows(quick: bool) -> Iterator[Row]:
    customers = 5_000 if quick else CUSTOMERS
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), str(customers)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"mails composed, {customers:,} customers, one core"
        of = "rendering alone"
        yield at_least(what, found["composed"], found["rendered"], "mails/s", of, SHARE_OF_RENDERING)
        yield at_most(f"{what}: CPU a mail", 1e6 / found["composed"], "µs", 1e6 / MAILS_A_SECOND)
        yield at_most(f"{what}: growth of memory", found["growth"], "MB", GROWTH_MB)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, customers: int) -> None:
    """Compose for everybody; prints mails a second of CPU."""
    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.content.messages import actions, contexts, queries
    from pentad.content.messages.composing import Composer
    from pentad.content.messages.values import Composed
    from pentad.core.actor import SYSTEM, acting_as

    _fill(customers)
    with acting_as(SYSTEM):
        content = {"variants": {"A": {"email": {"en": MAIL}}}}
        row = actions.create_message(actor=SYSTEM, name="Offer", transactional=True, content=content)
    composer = Composer(queries.described(row, queries.version(row)))
    given = {"channel": "email", "base_url": "https://kestrel.example", "shared": {"campaign": {"until": "Sunday"}}}
    portions = [range(at, min(at + AT_ONCE, customers + 1)) for at in range(1, customers + 1, AT_ONCE)]
    for some in portions:  # what is loaded once does not count, nor what the database keeps of pages that were read
        contexts.known(some, contexts.Needs())
    composer.compose(range(1, 200), **given)
    before = _memory()

    def compose() -> int:
        return sum(isinstance(one, Composed) for some in portions for one in composer.compose(some, **given))

    taken, made = _timed(compose)
    assert made == customers, made
    growth = _memory() - before
    rendered = _rendered(min(customers, 5_000))
    print(json.dumps({"composed": customers / taken, "rendered": rendered, "growth": growth}))


def _rendered(customers: int) -> float:
    """Mails a second of the same subject, HTML and text, for customers whose values are at hand."""
    from liquid import Environment

    from pentad.content.render import dates, filters, mail

    html = mail.compile_mjml(MJML, MAIL["preheader"])
    text = mail.plain_text(html).replace(mail.START, "").replace(mail.END, "")
    templates = []
    for source, form in ((MAIL["subject"], "text"), (html, "html"), (text, "text")):
        env = Environment(autoescape=form == "html")
        env.filters.update(
            filters.of(form) | {"add_day": lambda value, days: value, "money": lambda value, code: value}
        )
        templates.append(env.from_string(source))
    shared: dict[str, Any] = {
        "company": {}, "campaign": {"until": "Sunday"}, "now": dates.moment("2026-11-22T10:00:00Z"),
        "links": {"preferences": "p", "unsubscribe": "u"},
    }  # fmt: skip
    people = [{**shared, "customer": {**_traits(no), "id": str(no)}} for no in range(customers)]
    taken, _ = _timed(lambda: sum(len(one.render(**given)) for given in people for one in templates))
    return customers / taken


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _traits(no: int) -> dict[str, Any]:
    return {
        "first_name": f"Ann{no}", "plan": ("family", "solo", "office")[no % 3], "points": no % 900, "seats": 2 + no % 4,
        "since": f"2025-{1 + no % 12:02}-{1 + no % 28:02}T10:00:00Z", "city": "Berlin", "value": no % 50,
    }  # fmt: skip


def _fill(customers: int) -> None:
    from pentad.data.identity.models import Person

    for first in range(1, customers + 1, 2_000):
        Person.objects.bulk_create(
            Person(no=no, name=f"Ann{no} Smith", email=f"p{no}@kestrel.example", traits=_traits(no))
            for no in range(first, min(first + 2_000, customers + 1))
        )
