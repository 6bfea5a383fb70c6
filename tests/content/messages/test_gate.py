"""What keeps a message from being published, worked out by hand: one fault at a time in a message that is fine."""

from typing import Any

import pytest

from pentad.content.messages import gate, parts
from pentad.content.messages.gate import Facts
from pentad.content.render import checks
from pentad.content.render.contrast import ratio
from tests.content.writing import FOOTER, content, mail, mjml

FACTS = Facts(frozenset({"id", "email", "first_name", "plan", "address"}), frozenset({"name", "seats"}))
PLAIN = "<mj-text>Hello there, this is what is new at Kestrel this week.</mj-text>"


def found(tree: dict[str, Any], facts: Facts = FACTS, *, transactional: bool = False, least: str = "warn") -> list[str]:
    levels = ("stop",) if least == "stop" else ("stop", "warn")
    return [one.code for one in gate.checked(parts.read(tree), transactional, facts) if one.level in levels]


def of_mail(body: str = PLAIN, **fields: str) -> list[str]:
    return found(content(email=mail(body, **fields)))


def test_a_message_that_is_fine_is_told_so() -> None:
    told = gate.checked(parts.read(content(email=mail(PLAIN))), False, FACTS)
    assert {one.level for one in told} == {"fine"}
    assert {"purpose", "variables", "links", "unsubscribe", "alternative_text", "size"} <= {one.code for one in told}


def test_each_check_leads_to_its_place_as_the_author_sees_it() -> None:
    def places(**fields: str) -> list[str]:
        told = gate.checked(parts.read(content(email=mail(**fields))), False, FACTS)
        return [one.where.removeprefix("A · email · en") for one in told if one.level == "stop" and one.where]

    again = "<mj-text>{{ customer.plan | default: 'no' }}</mj-text>\n<mj-text>\n{{ customer.planet }}\n{{ customer.plan }}</mj-text>"
    assert sorted(places(body=again)) == [" · line 3", " · line 4"]
    assert places(subject="{{ customer.plan }}") == [" · subject"]
    assert places(subject="{{ customer.plan | nothing }}") == [" · subject"]
    assert places(body="\n\n<mj-text>{{ customer.plan | nothing }}</mj-text>") == [" · line 3"]
    assert places(subject=" ") == [" · subject"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{ customer.frist_name | default: 'x' }}", "unknown_variable"),
        ("{{ customer.first_name }}", "no_fallback"),
        ("{{ company.name }}", "no_fallback"),
        ("{{ event.order_id }}", "no_fallback"),
        ("{{ custmer.first_name | default: 'x' }}", "unknown_variable"),
        ("{{ links.unsubscribed }}", "unknown_variable"),
        ("{{ customer.first_name | shout }}", "faulty"),
        ("<a href=''>x</a>", "link_empty"),
        ("<a href='#'>x</a>", "link_empty"),
        ("<a href='shop.html'>x</a>", "link_relative"),
        ("<a href='ftp://x.y/z'>x</a>", "link_scheme"),
        ("<a href='https://example.com/offer'>x</a>", "link_example"),
        ("<a href='http://kestrel.shop/'>x</a>", "link_plain"),
        ("<img src='https://kestrel.shop/a.png'>", "alternative_text"),
        ("<img src='a.png' alt='A'>", "image_source"),
        ("<img src='data:image/png;base64,AA' alt='A'>", "image_inline"),
        ("<form><input></form>", "forbidden_html"),
        ("<p onclick='x()'>x</p>", "forbidden_html"),
        ("{{ customer.plan | default: '' | safe }}", "unescaped"),
        ("x" * 103_000, "size"),
        ("x" * 399_000 + "{{ customer.id }}" * 2_000, ""),
    ],
)
def test_a_fault_in_what_a_mail_says_is_found(body: str, code: str) -> None:
    if not code:
        with pytest.raises(Exception, match="at most 400,000"):
            of_mail(f"{PLAIN}<mj-text>{body}</mj-text>")
        return
    assert of_mail(f"{PLAIN}<mj-text>{body}</mj-text>") == [code]


@pytest.mark.parametrize(
    "body",
    [
        "{{ customer.id }} {{ customer.email }} {{ now | date: '%F' }} {{ campaign.name }}",
        "{{ customer.address.city | default: 'x' }} {{ event.anything | default: 'x' }} {{ company.seats | default: 1 }}",
        "{% if customer.plan %}{{ customer.plan }}{% endif %}",
        "<a href='/path'>x</a> <a href='{{ event.url | default: \"/\" }}'>y</a> <a href='mailto:a@kestrel.shop'>z</a>",
        "<img src='https://kestrel.shop/a.png' alt=''> <img src='{{ event.image | default: \"/x.png\" }}' alt='A'>",
        '{% if customer.plan &lt; "b" and customer.first_name != blank %}{{ customer.first_name }}{% endif %}',
    ],
)
def test_what_is_right_is_let_through(body: str) -> None:
    assert of_mail(f"{PLAIN}<mj-text>{body}</mj-text>") == []


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"subject": ""}, ["missing_field"]),
        ({"subject": "x" * 71}, ["subject_length"]),
        ({"subject": "BUY NOW BUY"}, ["subject_capitals"]),
        ({"preheader": " "}, ["preheader"]),
        ({"reply_to": "nobody"}, ["reply_to"]),
        ({"reply_to": "Kestrel <hi@kestrel.shop>"}, []),
        ({"mjml": "<mjml>"}, ["faulty"]),
        ({"mjml": mjml(PLAIN, footer="")}, ["unsubscribe"]),
        ({"mjml": mjml('<mj-image src="https://kestrel.shop/a.png" alt="A" />', footer=FOOTER)}, ["image_only"]),
        ({"text": "{{ customer.nick | default: 'x' }}"}, ["unknown_variable"]),
    ],
)
def test_the_fields_of_a_mail_are_looked_at(fields: dict[str, str], codes: list[str]) -> None:
    assert found(content(email={**mail(PLAIN), **fields})) == codes


def test_what_the_customer_asked_for_needs_neither_purpose_nor_a_way_to_unsubscribe() -> None:
    tree = content(email={**mail(PLAIN), "mjml": mjml(PLAIN, footer="")})
    assert found(tree, Facts(FACTS.customer, FACTS.company), transactional=True) == []
    assert found(content(email=mail(PLAIN)), Facts(FACTS.customer, FACTS.company, "There is none.")) == ["purpose"]


@pytest.mark.parametrize(
    ("tree", "codes"),
    [
        ({"variants": {"A": {}}}, ["empty"]),
        ({"variants": {"A": {"sms": {"en": {"body": "a"}}}, "B": {}}}, ["variant_channel"]),
        ({"variants": {"A": {"sms": {"en": {"body": "a"}, "de": {"body": "a"}}}, "B": {"sms": {"en": {"body": "b"}}}}},
         ["variant_language"]),
        (content(sms={"body": "a" * 160}), []),
        (content(sms={"body": "a" * 460}), ["sms_length"]),
        (content(sms={"body": "a" * 69 + "😀"}), ["sms_length"]),
        (content(sms={"body": "{{ customer.phone }}"}), []),
        (content(push={"title": "a" * 61, "body": "b" * 171, "url": "shop"}), ["link_relative", "title_length", "body_length"]),
        (content(webhook={"json": ""}), ["missing_field"]),
    ],
)  # fmt: skip
def test_variants_and_other_channels_are_looked_at(tree: dict[str, Any], codes: list[str]) -> None:
    facts = Facts(FACTS.customer | {"phone"}, FACTS.company)
    assert found(tree, facts) == codes


@pytest.mark.parametrize(
    ("text", "number", "wide"),
    [
        ("a" * 160, 1, False), ("a" * 161, 2, False), ("a" * 306, 2, False), ("a" * 307, 3, False),
        ("€" * 80, 1, False), ("€" * 81, 2, False), ("ä" * 160, 1, False), ("ç" * 70, 1, True), ("ç" * 71, 2, True),
        ("😀" * 35, 1, True), ("😀" * 36, 2, True), ("", 1, False),
    ],
)  # fmt: skip
def test_a_text_goes_out_as_so_many_sms(text: str, number: int, wide: bool) -> None:
    assert checks.sms_parts(text) == (number, wide)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000", "#ffffff", 21.0), ("#777777", "white", 4.48), ("rgb(255,0,0)", "#fff", 4.0), ("#fff", "#ffffff", 1.0)],
)
def test_contrast_is_as_the_guideline_has_it(one: str, other: str, expected: float) -> None:
    found = ratio(one, other)
    assert found is not None and round(found, 2) == expected
    assert ratio(one, "tomato") is None


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('<mj-text color="#777777">Grey on white is nearly right, but not quite.</mj-text>', ["contrast"]),
        ('<mj-text color="#777777" font-size="24px">Large grey on white is right, though.</mj-text>', []),
        ('<mj-text color="#777777" container-background-color="#000000">Grey on black is right.</mj-text>', []),
        (
            '<mj-text color="{{ event.colour | default: "#fff" }}">What is not known is not judged, as it may be.</mj-text>',
            [],
        ),
        (
            '<mj-button href="https://kestrel.shop" background-color="#eeeeee">White on light grey is bad indeed.</mj-button>',
            ["contrast"],
        ),
    ],
)
def test_text_that_is_hard_to_read_is_found(source: str, codes: list[str]) -> None:
    assert of_mail(source) == codes


def test_backgrounds_and_defaults_are_inherited() -> None:
    head = '<mj-head><mj-attributes><mj-text color="#ffffff" /><mj-class name="dark" color="#222222" /></mj-attributes></mj-head>'
    body = (
        '<mj-body background-color="#ffffff"><mj-section background-color="#000000"><mj-column><mj-text>white on black here'
        '</mj-text><mj-text mj-class="dark">dark on black</mj-text></mj-column></mj-section>'
        f"<mj-section><mj-column><mj-text>white on white</mj-text>{FOOTER}</mj-column></mj-section></mj-body>"
    )
    told = gate.checked(parts.read(content(email=mail(mjml=f"<mjml>{head}{body}</mjml>"))), False, FACTS)
    assert [one.text.split(" has")[0] for one in told if one.code == "contrast"] == [
        "Text in #222222 on #000000", "Text in #ffffff on #ffffff",
    ]  # fmt: skip
