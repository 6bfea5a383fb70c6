"""HTML read as people who have only text read it. Pure."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"head", "style", "script", "title", "template"})
_BLOCK = frozenset(
    {
        "address", "article", "aside", "blockquote", "div", "dl", "dd", "dt", "fieldset", "figure",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main",
        "nav", "ol", "p", "pre", "section", "table", "ul",
    }
)  # fmt: skip
_ROW = frozenset({"tr", "li", "br", "td"})
VOID = frozenset({"img", "br", "hr", "meta", "link", "input", "col", "area", "base", "wbr"})
_HIDING = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def as_text(html: str, start: str, end: str) -> str:
    """Paragraphs with an empty line between them. Addresses stand behind what they are linked from, between start and end."""
    reading = _Text(start, end)
    reading.feed(html)
    reading.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reading.out).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Text(HTMLParser):
    def __init__(self, start: str, end: str) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._around = start, end
        self._silent: list[str] = []
        """Elements that are not shown, with what stands in them."""
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._silent or tag in _SILENT or _HIDING.search(given.get("style", "")):
            if tag not in VOID:
                self._silent.append(tag)
            return
        if tag == "a":
            self._links.append((given.get("href", "").strip(), len(self.out)))
        elif tag == "img":
            self.out.append(given.get("alt", ""))
        elif tag == "hr":
            self.out.append("\n\n---\n\n")
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
            self.out.append("\n\n")
        elif tag == "li":
            self.out.append(self._bullet())
        elif tag in _BLOCK:
            self.out.append("\n\n")
        elif tag in _ROW:
            self.out.append("\n" if tag != "td" else " ")

    def _bullet(self) -> str:
        if self._lists and (number := self._lists[-1]) is not None:
            self._lists[-1] = number + 1
            return f"\n{number + 1}. "
        return "\n- "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
            return
        if tag == "a" and self._links:
            self._linked(*self._links.pop())
        elif tag in ("ul", "ol"):
            self._lists = self._lists[:-1]
            self.out.append("\n\n")
        elif tag in _BLOCK:
            self.out.append("\n\n")

    def _linked(self, address: str, since: int) -> None:
        said = "".join(self.out[since:]).strip()
        if not address or address.startswith("#"):
            return
        if said == address or said == address.removeprefix("mailto:").removeprefix("tel:"):
            if not address.startswith(("mailto:", "tel:", "sms:")):
                self.out[since:] = [self._put(address)]
            return
        self.out.append(f" ({self._put(address)})" if said else self._put(address))

    def _put(self, address: str) -> str:
        start, end = self._around
        return f"{start}{address}{end}"

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(re.sub(r"\s+", " ", data))
