"""Messages become texts for customers: whose values, in which language, with which links; and when they do not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from pentad.content.messages.composing import Composer
from pentad.content.messages.queries import published
from pentad.content.messages.values import Composed, Uncomposed
from pentad.core.errors import Invalid
from pentad.data.identity.models import Identifier, Person
from tests.content.writing import employed, mail, message, mjml, somebody

pytestmark = pytest.mark.django_db
BASE = "https://kestrel.example"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def composed(channel: str, fields: dict[str, Any], *people: Person, **options: Any) -> list[Composed | Uncomposed]:
    row = message(transactional=True, publish=False, **{channel: fields})
    from pentad.content.messages.queries import described, version

    composer = Composer(described(row, version(row)))
    return composer.compose([one.no for one in people], channel=channel, base_url=BASE, now=NOW, **options)


def one(channel: str, fields: dict[str, Any], person: Person, **options: Any) -> Any:
    return composed(channel, fields, person, **options)[0]


def test_a_mail_speaks_of_the_customer_with_links_and_a_text_part_of_its_own() -> None:
    ann = somebody("Ann Smith", plan="family & friends", points=1234.5)
    body = (
        '<mj-text>Hello {{ customer.first_name | default: "you" }}, {{ customer.plan | default: "-" }}</mj-text>'
        '<mj-button href="https://kestrel.example/o?c={{ customer.id }}&amp;x=1">Look</mj-button>'
        '<mj-text><a href="/home">Home</a> <a href="https://kestrel.example/home">Home</a></mj-text>'
    )
    row = message(email=mail(body, subject="For {{ customer.name | default: 'you' }}"))
    found = Composer(published(row.id)).compose([ann.no], channel="email", base_url=BASE)[0]
    assert isinstance(found, Composed)
    assert (found.person_no, found.language, found.content["subject"]) == (ann.no, "en", "For Ann Smith")
    assert found.links == [f"https://kestrel.example/o?c={ann.id}&x=1", "https://kestrel.example/home"]
    html, text = found.content["html"], found.content["text"]
    assert "Hello Ann, family &amp; friends" in html and "What is new" in html
    assert [html.count(f'href="{{{{{{link:{n}}}}}}}"') for n in (0, 1, 2)] == [1, 2, 0]
    assert 'href="{{{unsubscribe}}}"' in html and html.endswith("{{{open}}}</body></html>")
    assert text == (
        "Hello Ann, family & friends\n\nLook ({{{link:0}}})\n\nHome ({{{link:1}}}) Home ({{{link:1}}})\n\n"
        "Unsubscribe ({{{unsubscribe}}})\n"
    )


@pytest.mark.parametrize(
    ("channel", "fields", "traits", "content", "links"),
    [
        ("sms", {"body": "Hi {{ customer.n }}: https://k.example/{{ customer.n }}."}, {"n": "Bo"},
         {"body": "Hi Bo: {{{link:0}}}."}, ["https://k.example/Bo"]),
        ("push", {"title": "T", "body": "B", "url": "/cart?x={{ customer.n }}"}, {"n": "a b"},
         {"title": "T", "body": "B", "url": "{{{link:0}}}"}, [f"{BASE}/cart?x=a%20b"]),
        ("webhook", {"json": '{"n": "{{ customer.n }}", "all": {{ customer.l | json }}}'}, {"n": 'a"b', "l": [1, "x"]},
         {"json": '{"n": "a\\"b", "all": [1, "x"]}'}, []),
        ("task", {"title": "Call {{ customer.n }}", "note": "https://k.example"}, {"n": "Bo\nX"},
         {"title": "Call Bo X", "note": "https://k.example"}, []),
        ("inapp", {"title": "T", "body": "{{ customer.n }}", "url": "", "button": "Go"}, {"n": "<b>"},
         {"title": "T", "body": "<b>", "url": "", "button": "Go"}, []),
        ("chat", {"body": "See {{ links.preferences }}"}, {}, {"body": "See {{{preferences}}}"}, []),
    ],
)  # fmt: skip
def test_each_channel_has_its_fields(
    channel: str, fields: dict[str, str], traits: dict[str, Any], content: dict[str, str], links: list[str]
) -> None:
    found = one(channel, fields, somebody(**traits))
    assert (found.content, found.links) == (content, links)


@pytest.mark.parametrize(
    ("body", "traits", "reason", "value"),
    [
        ("Hi {{ customer.nick }}", {}, "no_value", "customer.nick"),
        ("Hi {{ customer.nick }}", {"nick": ""}, "no_value", "customer.nick"),
        (
            "Hi {{ customer.address.city | upcase }}",
            {"address": {"city": None, "zip": "1"}},
            "no_value",
            "customer.address.city",
        ),
        ("{% abort_message 'not for them' %}", {}, "aborted", "not for them"),
        ("{% for i in (1..20000) %}.{% endfor %}", {}, "failed", "Its loops make more than 10,000 turns."),
        ("{{ event.items[0].name }}", {}, "no_value", "event.items[0].name"),
    ],
)
def test_who_cannot_be_written_to_is_told_with_the_reason(
    body: str, traits: dict[str, Any], reason: str, value: str
) -> None:
    person = somebody(**traits)
    assert one("sms", {"body": body}, person) == Uncomposed(person.no, reason, value)


def test_a_link_to_a_script_that_a_value_holds_is_not_sent() -> None:
    person = somebody(site="javascript:alert(1)")
    found = one("email", mail('<mj-text><a href="{{ customer.site }}">x</a></mj-text>'), person)
    assert isinstance(found, Uncomposed) and "javascript:alert(1)" in found.value


def test_values_cannot_stand_for_addresses_or_headers() -> None:
    person = somebody("Eve", nick="{{{unsubscribe}}}", deep={"x": ["{{{link:0}}}"]})
    fields = mail("<mj-text>{{ customer.nick }} {{ customer.deep.x }}</mj-text>", subject="Hi\r\nBcc: {{ event.name }}")
    found = one("email", fields, person, extra={person.no: {"event": {"name": "x\n{{{open}}}"}}})
    assert found.content["subject"] == "Hi Bcc: x {{ {open}}}"
    assert found.content["html"].count("{{{unsubscribe}}}") == 1 and "{{{link:" not in found.content["html"]


def test_nobody_is_called_by_an_address_of_theirs() -> None:
    person = somebody("{{{unsubscribe}}}")
    employed(person, "{{{preferences}}}")
    said = {"title": "Call {{ customer.name }}", "note": "Of {{ company.name }}"}
    assert one("task", said, person).content == {"title": "Call {{ {unsubscribe}}}", "note": "Of {{ {preferences}}}"}


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "Hallo 1. Mai"), ("de-AT", "Hallo 1. Mai"), ("de_CH.UTF-8", "Hallo 1. Mai"), ("pt-PT", "Olá 1 maio"),
     ("fr", "Hello 1 May"), ("", "Hello 1 May")],
)  # fmt: skip
def test_everybody_is_written_to_in_their_language(language: str, said: str) -> None:
    fields = {
        "en": {"body": "Hello {{ customer.since | date: '%-d %B' }}"},
        "de": {"body": "Hallo {{ customer.since | date: '%-d. %B' }}"},
        "pt-BR": {"body": "Olá {{ customer.since | date: '%-d %B' }}"},
    }
    found = one("sms", fields, somebody(since="2026-05-01T10:00:00Z", **({"language": language} if language else {})))
    assert found.content["body"] == said


def test_dates_are_shown_where_the_customer_is() -> None:
    person, body = somebody(), "{{ now | date: '%H:%M' }} {{ now | date: '%H:%M', 'Asia/Tokyo' }}"
    found = one("sms", {"body": body}, person, zones={person.no: "Europe/Berlin"})
    assert found.content["body"] == "13:00 21:00"


def test_company_identifier_event_and_campaign_are_there_set_by_set(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ann, bo, cy = somebody("Ann"), somebody("Bo"), somebody("Cy")
    employed(ann, "Acme", seats=5)
    part = Person.objects.create(root=bo)
    employed(part, "Bolt")
    Identifier.objects.create(namespace="user_id", value="u-ann", person=ann, first_seen=NOW)
    body = (
        "{{ company.name | default: 'none' }} {{ customer.user_id | default: '-' }} {{ event.x | default: '-' }}"
        " {{ campaign.name }}"
    )
    row = message(transactional=True, sms={"body": body})
    composer = Composer(published(row.id))
    asked = [cy.no, part.no, ann.no, 999_999, bo.no]
    with django_assert_num_queries(4):
        found = composer.compose(
            asked, channel="sms", base_url=BASE, extra={ann.no: {"event": {"x": 1}}}, shared={"campaign": {"name": "C"}}
        )
    assert [one.content["body"] if isinstance(one, Composed) else (one.reason, one.value) for one in found] == [
        "none - - C", ("merged", str(bo.no)), "Acme u-ann 1 C", ("gone", ""), "Bolt - - C",
    ]  # fmt: skip


def test_what_the_message_does_not_have_is_refused() -> None:
    row = message(transactional=True, sms={"body": "Hi"})
    composer = Composer(published(row.id))
    for channel, variant in (("email", "A"), ("sms", "B")):
        with pytest.raises(Invalid, match=f"no {channel} in variant {variant}"):
            composer.compose([1], channel=channel, variant=variant, base_url=BASE)
    with pytest.raises(ValueError, match="at most 1000"):
        composer.compose(range(1001), channel="sms", base_url=BASE)


def test_a_whole_mail_of_many_rows_says_each_row() -> None:
    person = somebody()
    rows = [{"name": f"Item {n}", "url": f"https://k.example/{n}", "price": n} for n in range(3)]
    body = (
        '{% for item in event.items %}<mj-text><a href="{{ item.url }}">{{ item.name }}</a> {{ item.price | money }}</mj-text>'
        "{% endfor %}"
    )
    found = one(
        "email",
        {**mail(), "mjml": mjml(body)},
        person,
        extra={person.no: {"event": {"items": rows, "currency": "EUR"}}},
    )
    assert found.links == [one["url"] for one in rows]
    assert "Item 2 ({{{link:2}}}) €2.00" in found.content["text"]
