"""E-mail: MJML becomes HTML once a version, with the Liquid in it left where it stands; the plain-text part is made of it."""

import re
from html import escape

import mrml

from pentad.content.render.faults import Faulty
from pentad.content.render.hiding import Hidden
from pentad.content.render.links import addresses, wrapped, wrapped_in_text
from pentad.content.render.reading_html import VOID, as_text
from pentad.content.render.tags import ENDLINK, LINK

START, END = f"{{% {LINK} %}}", f"{{% {ENDLINK} %}}"
OPEN = "{% raw %}{{{open}}}{% endraw %}"
_OPTIONS = mrml.RenderOptions(fonts={})
"""No fonts from elsewhere unless the author asks for one: fetching one tells who reads."""
_PLACE = re.compile(r"at position (\d+)(?::(\d+))?")
_TAG = re.compile(r"<(mj[a-z0-9-]*)")
WITHOUT = {"mj-include": "has nothing to include here.", "mj-html-attributes": "is not supported: leave it out."}
_FIRST = re.compile(r"""<mj-raw\s+position=["']file-start["']\s*>(.*?)</mj-raw>""", re.DOTALL)
_ANY = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)[^<>]*?(/?)>")
MOST_DEPTH = 100
KNOWN = frozenset(
    {
        "mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class",
        "mj-breakpoint", "mj-font", "mj-html-attributes", "mj-selector", "mj-html-attribute", "mj-preview",
        "mj-style", "mj-title", "mj-accordion", "mj-accordion-element", "mj-accordion-title", "mj-accordion-text",
        "mj-button", "mj-carousel", "mj-carousel-image", "mj-column", "mj-divider", "mj-group",
        "mj-hero", "mj-image", "mj-include", "mj-navbar", "mj-navbar-link", "mj-raw",
        "mj-section", "mj-social", "mj-social-element", "mj-spacer", "mj-table", "mj-text",
        "mj-wrapper",
    }
)  # fmt: skip


def compile_mjml(mjml: str, preheader: str = "", language: str = "") -> str:
    """HTML with Liquid in place. preheader: what mail programs show after the subject, unless the MJML says it. Raises Faulty."""
    hidden = Hidden(mjml, entities=True)
    before, source, after = _apart(hidden)
    before, source = _first(before, source)
    _require_known(source, hidden, len(before))
    _require_shallow(source)
    if preheader and "<mj-preview" not in source:
        source = _with_preview(source, escape(hidden.more(preheader), quote=False))
    try:
        html = mrml.to_html(source, None, _OPTIONS).content
    except OSError as error:
        raise Faulty(_words(str(error)), _line(str(error), hidden, len(before))) from None
    except BaseException as error:  # what mrml cannot cope with ends in Rust's own kind of exception
        if type(error).__name__ != "PanicException":
            raise
        raise Faulty("The MJML cannot be rendered.") from None
    html = before + html.replace('lang="und"', f'lang="{escape(language)}"' if language else 'lang="und"') + after
    if lost := hidden.lost(html):
        raise Faulty(f"“{lost[0][:80]}” stands where MJML drops it: put it between elements, or into their text.")
    return hidden.shown(html)


def tracked(html: str) -> str:
    """The same with its links numbered and a place for the open pixel, as the language's own tags."""
    hidden = Hidden(html)
    found = wrapped(hidden.text, START, END)
    head, end, tail = found.rpartition("</body>")
    return hidden.shown(head + OPEN + end + tail if end else found + OPEN)


def tracked_text(text: str) -> str:
    """Bare addresses in a text, numbered in the same way."""
    hidden = Hidden(text)
    return hidden.shown(wrapped_in_text(hidden.text, START, END))


def plain_text(html: str) -> str:
    """The plain-text part that says what the HTML says, with its links numbered; Liquid stays in place."""
    hidden = Hidden(html)
    return hidden.shown(as_text(hidden.text, START, END))


def links(html: str) -> list[str]:
    """Addresses that are linked to, with their Liquid."""
    hidden = Hidden(html)
    return [hidden.shown(one) for one in addresses(hidden.text)]


def _apart(hidden: Hidden) -> tuple[str, str, str]:
    """What stands before and after the document: assignments do."""
    start, end = hidden.text.find("<mjml"), hidden.text.rfind("</mjml>")
    if start < 0 or end < start:
        raise Faulty("This is no MJML: it begins with <mjml> and ends with </mjml>.")
    end += len("</mjml>")
    return hidden.text[:start].strip(), hidden.text[start:end], hidden.text[end:].strip()


def _first(before: str, source: str) -> tuple[str, str]:
    """What is to stand at the very start of the file comes before the document."""
    found = _FIRST.findall(source)
    return "".join([before, *found]), _FIRST.sub("", source)


def _require_known(source: str, hidden: Hidden, skipped: int) -> None:
    for found in _TAG.finditer(source):
        if found[1] not in KNOWN:
            raise Faulty(f"There is no <{found[1]}> in MJML.", hidden.line(found.start() + skipped))
        if found[1] in WITHOUT:
            raise Faulty(f"<{found[1]}> {WITHOUT[found[1]]}", hidden.line(found.start() + skipped))


def _require_shallow(source: str) -> None:
    """mrml calls itself for each level: what is nested without end would take the whole process with it."""
    depth = 0
    for found in _ANY.finditer(source):
        if found[1]:
            depth -= 1
        elif not found[3] and found[2].lower() not in VOID:
            depth += 1
        if depth > MOST_DEPTH:
            raise Faulty(f"Elements are nested more than {MOST_DEPTH} deep.")


def _with_preview(source: str, preheader: str) -> str:
    preview = f"<mj-preview>{preheader}</mj-preview>"
    if "<mj-head/>" in source or "<mj-head />" in source:
        return re.sub(r"<mj-head\s*/>", lambda _: f"<mj-head>{preview}</mj-head>", source, count=1)
    if "<mj-head>" in source:
        return source.replace("<mj-head>", f"<mj-head>{preview}", 1)
    return re.sub(r"(<mjml\b[^<>]*+>)", lambda found: f"{found[1]}<mj-head>{preview}</mj-head>", source, count=1)


def _words(said: str) -> str:
    where = said.split(" in root template")[0]
    return f"The MJML cannot be read: {where}."


def _line(said: str, hidden: Hidden, skipped: int) -> int:
    found = _PLACE.search(said)
    return hidden.line(int(found[1]) + skipped) if found else 1
