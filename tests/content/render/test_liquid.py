"""What a template does for one customer: values and fallbacks, escaping, limits, and what is said of mistakes."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from pentad.content.render.faults import Aborted, Failed, Faulty, NotWritten, NoValue
from pentad.content.render.limits import Limits
from pentad.content.render.liquid import compile, variables

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
CONTEXT: dict[str, Any] = {
    "customer": {"first_name": "Ann <b>", "since": "2024-05-01T22:30:00Z", "sum": 1234.5, "tags": ["a", "b"], "no": 3},
    "event": {"currency": "EUR", "text": "x" * 1000},
    "now": NOW,
}


def rendered(text: str, form: str = "text", language: str = "en", **options: Any) -> str:
    return compile(text, form).render(CONTEXT, language=language, **options)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ customer.x | default: 'you' }}", "you"),
        ("{{ customer.x | upcase | append: '!' | default: 'you' }}", "you"),
        ("{% if customer.x %}a{% else %}b{% endif %}{% unless customer.x == blank %}c{% endunless %}", "b"),
        ("{% if empty == customer.x %}d{% endif %}{% if customer.first_name != blank %}e{% endif %}", "de"),
        ("{% if customer.no != blank and customer.x == nil %}a{% endif %}{% if customer.x > 3 %}b{% endif %}", "a"),
        ("{% for one in customer.x %}a{% else %}b{% endfor %}", "b"),
        ("{% assign n = customer.x %}{{ n | default: 'you' }}", "you"),
        ("{{ customer.tags[5] | default: 'none' }}{{ customer.tags.size }}{{ customer.tags.first }}", "none2a"),
        ("{{ customer['first_name'] }}", "Ann <b>"),
        ("{{ customer.first_name | json }}", '"Ann <b>"'),
    ],
)
def test_what_is_missing_stays_so_until_there_is_a_fallback(text: str, said: str) -> None:
    assert rendered(text) == said


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{{ customer.x }}", "customer.x"),
        ("{{ customer.x.y | upcase }}", "customer.x.y"),
        ("{{ 'a' | append: customer['Last name'] }}", 'customer["Last name"]'),
        ("{% assign n = customer.x %}{{ n }}", "customer.x"),
        ("{{ customer.tags[7] }}", "customer.tags[7]"),
        ("{% capture a %}{{ nobody }}{% endcapture %}", "nobody"),
    ],
)
def test_what_is_missing_is_not_written(text: str, path: str) -> None:
    with pytest.raises(NoValue) as error:
        rendered(text)
    assert error.value.value == path


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("{{ customer.sum | money: 'EUR' }}", "de", "1.234,50\xa0€"),
        ("{{ customer.sum | money }} {{ 5 | money_without_trailing_zeros: 'usd' }}", "en", "€1,234.50 $5"),
        ("{{ customer.sum | number: 1 }} {{ customer.sum | number }}", "de", "1.234,5 1.234,5"),
        ("{{ 1234567 | number_with_delimiter }} {{ 'abc' | number }}", "en", "1,234,567 abc"),
        ("{{ customer.since | date: '%-d. %B %Y, %H:%M', 'Europe/Berlin' }}", "de", "2. Mai 2024, 00:30"),
        ("{{ customer.since | time_zone: 'America/New_York' | date: '%a %e %b %l:%M %p %Z' }}", "en", "Wed  1 May  6:30 PM EDT"),
        ("{{ 'now' | add_day: 3 | date: '%F' }} {{ now | subtract_day: 1 | date: '%A' }}", "fr", "2026-11-25 samedi"),
        ("{{ '2026-12-24' | days_until }} {{ '2026-11-20' | days_since }}", "en", "32 2"),
        ("{{ 1714602600 | date: '%F %T %z %:z %s' }}", "en", "2024-05-01 22:30:00 +0000 +00:00 1714602600"),
        ("{{ 1714602600000 | date: '%j %U %V %u %w %y %^a %L' }}", "en", "122 17 18 3 3 24 WED 000"),
        ("{{ customer.since | date: '%10Y %Q %%' }}", "en", "0000002024 %Q %"),
        ("{{ customer.no }} {{ customer.no | pluralize: 'item', 'items' }}", "en", "3 items"),
        ("{{ 'one two' | titlecase }} {{ 'ä b&c' | url_param_escape }}", "en", "One Two %C3%A4%20b%26c"),
        ("{{ 'a' | sha256 | slice: 0, 8 }} {{ 'a' | md5 | slice: 0, 4 }}", "en", "ca978112 0cc1"),
    ],
)  # fmt: skip
def test_money_numbers_and_dates_are_written_as_the_language_does(text: str, language: str, said: str) -> None:
    assert rendered(text, language=language) == said


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("{{ customer.first_name }} {{ '<i>' }}", "html", "Ann &lt;b&gt; <i>"),
        ("{{ customer.first_name | safe }}", "html", "Ann <b>"),
        ("{{ customer.first_name | escape }}", "html", "Ann &lt;b&gt;"),
        ("{% capture a %}<i>{{ customer.first_name }}</i>{% endcapture %}{{ a }}", "html", "<i>Ann &lt;b&gt;</i>"),
        ('{"a": "{{ event.q }}", "b": {{ customer.tags | json }}, "c": {{ customer.no }}}', "json",
         '{"a": "\\"\\\\\\n", "b": ["a", "b"], "c": 3}'),
        ('{"a": "{% echo event.q %}"}', "json", '{"a": "\\"\\\\\\n"}'),
    ],
)  # fmt: skip
def test_what_is_written_is_escaped(text: str, form: str, said: str) -> None:
    assert compile(text, form).render({**CONTEXT, "event": {"q": '"\\\n'}}) == said


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in (1..200) %}{% for b in (1..200) %}x{% endfor %}{% endfor %}",
        "{% for a in (1..9999) %}{% endfor %}{% for a in (1..9999) %}{% endfor %}",
        "{% tablerow a in (1..99999) %}x{% endtablerow %}",
        "{{ (1..1000000000) | join: ',' }}",
        "{{ (1..1000000000) | size }}",
        "{{ customer.tags | concat: (1..1000000000) | size }}",
        "{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}",
        "{% assign a = 9 %}{% for i in (1..60) %}{% assign a = a | times: a %}{% endfor %}",
        "{% assign a = event.text | append: event.text %}{{ a | replace: '', a }}",
        "{% assign a = event.text | split: '' %}{{ a | join: event.text }}",
        "{% for i in (1..9999) %}{{ event.text }}{% endfor %}",
        "{% assign a = (1..2001) | concat: customer.tags %}{{ a | uniq }}",
        "{{ 5 | round: 1000000000 }}{{ 1e300 | money: 'EUR' }}{{ 1 | divided_by: 0 }}",
        "{{ 'x' | date: event.text }}{{ now | date: event.text }}",
        "{{ 1 | money: 'XXXX' }}",
        "{{ now | date: '%F', 'Mars/Olympus' }}",
        "{{ now | add_day: 9999999999 }}",
        "{{ customer.tags | sort: 5 | first | plus: customer }}{{ customer | times: 'a' | divided_by: 0 }}",
    ],
)
def test_a_template_keeps_to_its_limits(text: str) -> None:
    with pytest.raises(NotWritten) as error:
        rendered(text)
    assert isinstance(error.value, Failed) and str(error.value.value).endswith((".", "…")), error.value.value


def test_a_template_has_so_much_time() -> None:
    with pytest.raises(Failed, match=r"more than -1 seconds"):
        rendered("{{ now | date: '%F' }}", limits=Limits(seconds=-1))


def test_a_message_can_say_that_there_shall_be_none() -> None:
    with pytest.raises(Aborted) as error:
        rendered("{% if customer.no > 2 %}{% abort_message 'too many' %}{% endif %}")
    assert error.value.value == "too many"
    with pytest.raises(Aborted):
        rendered("{% abort_message %}")


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("a\n{{ x | shout }}", "There is no filter “shout”.", 2),
        ("a\nb {% shout %}", "There is no tag “shout” here.", 2),
        ("{% if x %}", "“endif” is missing.", 1),
        ("{% for %}{% endfor %}", "expression", 1),
        ("{{ x | date: }} {{ | }}", "", 1),
        ("{% if x %}" * 200 + "{% endif %}" * 200, "", 1),
        ("x" * 500_001, "500,001 characters", 1),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, said: str, line: int) -> None:
    with pytest.raises(Faulty) as error:
        compile(text)
    assert said in error.value.message and error.value.line == line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ customer.a }}", [("customer.a", False)]),
        ("{{ customer.a | upcase | default: 'x' }}", [("customer.a", True)]),
        ("{{ 'x' | append: customer.a | default: 'x' }}", [("customer.a", False)]),
        ("{% if customer.a %}{{ customer.a }}{{ customer.b }}{% endif %}{{ customer.a }}",
         [("customer.a", True), ("customer.a", True), ("customer.b", False), ("customer.a", False)]),
        ("{% if customer.a == blank %}x{% else %}{{ customer.a }}{% endif %}", [("customer.a", True), ("customer.a", True)]),
        ("{% case customer.a %}{% when 1 %}{{ customer.a }}{% endcase %}", [("customer.a", True), ("customer.a", True)]),
        ("{% assign n = customer.a %}{{ n }}", [("customer.a", True), ("customer.a", False)]),
        ("{% assign n = customer.a | default: 'x' %}{{ n }}", [("customer.a", True), ("customer.a", True)]),
        ("{% assign n = customer.a %}{{ n.b }}", [("customer.a", True), ("customer.a.b", False)]),
        ("{% for i in event.items %}{{ i.name }}{{ forloop.index }}{% endfor %}", [("event.items", True)]),
        ("{% capture c %}{{ customer.a }}{% endcapture %}{{ c }}", [("customer.a", False)]),
        ("{{ event.items[customer.n].x }}", [("event.items", False), ("customer.n", False)]),
    ],
)  # fmt: skip
def test_what_a_template_takes_is_known(text: str, found: list[tuple[str, bool]]) -> None:
    assert [(use.name, use.guarded) for use in variables(text)] == found


def test_a_machine_that_is_busy_costs_nobody_their_message(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr("pentad.content.render.running.time.monotonic", lambda: float(next(clock)))
    assert rendered("{{ now | date: '%F' }} {{ now | date: '%Y' }}") == "2026-11-22 2026"


@pytest.mark.parametrize("text", ["{", "{%raw%}", "{% comment %}", '{{ "a'])
def test_what_never_ends_is_not_looked_through_again_and_again(text: str) -> None:
    began = time.thread_time()
    with pytest.raises(Faulty, match="found the end"):
        compile(text * 30_000)
    assert time.thread_time() - began < 2
