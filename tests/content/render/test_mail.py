"""MJML with Liquid becomes HTML and text: what stands where, and what is refused."""

import time

import pytest

from pentad.content.render import mail
from pentad.content.render.faults import Faulty
from pentad.content.render.hiding import Hidden
from pentad.content.render.liquid import compile
from pentad.content.render.reading_html import as_text
from tests.content.writing import mjml

SHELL = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


def test_liquid_stays_where_it_stands() -> None:
    pieces = [
        "{% for one in event.items %}", "{{ one.name | default: \"a 'b'\" }}", "{% endfor %}", "{% raw %}{{ x }}{% endraw %}",
        "{% comment %}<mj-text>{% endcomment %}",
    ]  # fmt: skip
    loop, name, end, raw, comment = pieces
    html = mail.compile_mjml(SHELL.format(f"{loop}<mj-text>{name}</mj-text>{end}<mj-text>{raw}</mj-text>{comment}"))
    places = [html.index(one) for one in pieces]
    assert places == sorted(places)
    assert html.index("<tbody>") < places[0] < html.index("<td", places[0]) < places[1]


def test_liquid_may_be_written_with_entities_and_stand_in_attributes() -> None:
    html = mail.compile_mjml(
        SHELL.format(
            '<mj-text>{% if customer.n &lt; 3 %}a{% endif %}</mj-text><mj-button href="{{ event.url | default: &quot;/x&quot; }}"'
            ' background-color="{{ event.colour | default: "#fff" }}">b</mj-button>'
        )
    )
    assert "{% if customer.n < 3 %}" in html and 'href="{{ event.url | default: "/x" }}"' in html
    assert 'background:{{ event.colour | default: "#fff" }}' in html


def test_what_stands_around_the_document_stays() -> None:
    html = mail.compile_mjml(
        f"{{% assign x = 1 %}}\n{SHELL.format('<mj-text>{{ x }}</mj-text>')}\n{{% comment %}}c{{% endcomment %}}"
    )
    assert html.startswith("{% assign x = 1 %}") and html.endswith("{% comment %}c{% endcomment %}")
    assert mail.tracked(html).count("{{{open}}}") == 1


def test_the_preheader_and_the_language_are_put_in() -> None:
    html = mail.compile_mjml(mjml("<mj-text>a</mj-text>"), "Only {{ customer.n | default: 1 }} < 2 & more", "de")
    assert "Only {{ customer.n | default: 1 }} &lt; 2 &amp; more</div>" in html and 'lang="de"' in html
    own = "<mjml><mj-head><mj-preview>mine</mj-preview></mj-head><mj-body></mj-body></mjml>"
    assert "other" not in mail.compile_mjml(own, "other")
    for head in ("<mj-head></mj-head>", "<mj-head />", ""):
        assert "pre</div>" in mail.compile_mjml(f"<mjml>{head}<mj-body></mj-body></mjml>", "pre")


def test_nothing_is_fetched_from_elsewhere_to_show_a_mail() -> None:
    assert "googleapis" not in mail.compile_mjml(mjml("<mj-text>a</mj-text>"))


@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("Hello", "This is no MJML", 1),
        ("<mjml>\n<mj-body>\n<mj-txt>a</mj-txt></mj-body></mjml>", "There is no <mj-txt>", 3),
        ('<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>', "<mj-include> has nothing to include", 1),
        ("<mjml>\n{{ a }}<mj-body></mj-body></mjml>", "cannot be read", 1),
        ("<mjml><mj-head>\n</mjml>", "cannot be read", 1),
        (SHELL.format('<mj-text mj-class="{{ a }}">a</mj-text>'), "stands where MJML drops it", 1),
        (
            SHELL.format("<mj-text>" + "<div>" * 20_000 + "</div>" * 20_000 + "</mj-text>"),
            "nested more than 100 deep",
            1,
        ),
    ],
)
def test_what_cannot_be_read_is_told(source: str, said: str, line: int) -> None:
    with pytest.raises(Faulty) as error:
        mail.compile_mjml(source)
    assert said in error.value.message and error.value.line == line


def test_links_are_numbered_wherever_they_lead() -> None:
    html = mail.compile_mjml(
        SHELL.format(
            '<mj-text><a href="https://a.b/?x=1&amp;y={{ customer.y }}">a</a> <a href=\'#top\'>b</a> <A HREF="mailto:a@b.c">c</A>'
            '</mj-text><mj-image src="https://a.b/i.png" alt="" href="https://a.b/i" /><mj-raw><a title="x">d</a></mj-raw>'
        )
    )
    links: dict[str, int] = {}
    shown = compile(mail.tracked(html), "html").render({"customer": {"y": "ä & b"}}, links=links)
    assert list(links) == ["https://a.b/?x=1&y=%C3%A4%20&%20b", "https://a.b/i"]
    assert (
        shown.count("{{{link:") == 2
        and "#top" in shown
        and "mailto:a@b.c" in shown
        and 'src="https://a.b/i.png"' in shown
    )
    assert mail.links(html) == ["https://a.b/?x=1&amp;y={{ customer.y }}", "#top", "mailto:a@b.c", "https://a.b/i"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree\n"),
        ("<h1>Title</h1>text &amp; &nbsp; more", "Title\n\ntext & more\n"),
        ("<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>", "- a\n- b\n\n1. c\n2. d\n"),
        ('<a href="https://x.y">Go</a>, <a href="https://x.y">https://x.y</a>', "Go ([https://x.y]), [https://x.y]\n"),
        (
            '<a href="mailto:a@b.c">a@b.c</a> <a href="tel:+49">call</a> <a href="#x">up</a>',
            "a@b.c call ([tel:+49]) up\n",
        ),
        ('<img alt="A cup" src="x"><a href="/i"><img alt="" src="x"></a>', "A cup[/i]\n"),
        ('<div style="display:none">no</div><style>p {}</style><script>x</script><!-- c -->yes', "yes\n"),
        ("<div style='display: none'><br><div>no</div></div>yes", "yes\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table><hr>d", "a b\nc\n\n---\n\nd\n"),
    ],
)
def test_html_is_read_as_text(html: str, text: str) -> None:
    assert as_text(html, "[", "]") == text


def test_bare_addresses_in_a_text_are_found_without_what_follows_them() -> None:
    text = "See https://a.b/c?d={{ customer.d }}. Or (https://e.f), {{ event.url }}"
    assert mail.tracked_text(text) == (
        "See {% _link %}https://a.b/c?d={{ customer.d }}{% end_link %}. Or ({% _link %}https://e.f{% end_link %}),"
        " {{ event.url }}"
    )


def test_what_is_hidden_comes_back_whatever_it_looks_like() -> None:
    source = "zqx {{ a }} zqx0z {% if b %}{{ 'c' }}"
    hidden = Hidden(source)
    assert hidden.shown(hidden.text) == source
    assert hidden.lost(hidden.text) == []
    first = hidden.text.split()[1]
    assert hidden.lost(first) == ["{% if b %}", "{{ 'c' }}"]
    further = hidden.more("zqxx7z{{ d }}zqxx")
    assert hidden.shown(further) == "zqxx7z{{ d }}zqxx"


@pytest.mark.parametrize("piece", ["{{", "{%", "{% raw", "{%comment%}", "{{ a }", "zqx", "x", "<a", "a"])
def test_what_never_ends_takes_no_longer_than_its_length(piece: str) -> None:
    source = "zq<a" + piece * 40_000
    began = time.thread_time()
    hidden = Hidden(source)
    assert hidden.shown(hidden.text) == source
    with pytest.raises(Faulty):
        mail.compile_mjml(f"<mjml>{source}</mjml>")
    assert time.thread_time() - began < 2
