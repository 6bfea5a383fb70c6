"""The reference names every filter of ours and every check."""

import re
from pathlib import Path

from pentad.content.messages.parts import FIELDS
from pentad.content.render import dates, filters

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "messages.md").read_text()
CHECKS = (ROOT / "src/pentad/content/render/checks.py", ROOT / "src/pentad/content/messages/gate.py")


def test_every_filter_is_named() -> None:
    ours = {*filters.of("html"), *dates.FILTERS, "json"}
    assert [one for one in sorted(ours) if not re.search(rf"`{one}[`:]", PAGE)] == []


def test_every_check_is_named() -> None:
    source = "".join(path.read_text() for path in CHECKS)
    codes = set(re.findall(r'(?:(?:Check|_either)\(\s*[^,()]+,|yield "(?:stop|warn)",)\s*"([a-z_]+)"', source))
    assert len(codes) > 24
    assert [one for one in sorted(codes) if f"`{one}`" not in PAGE] == []


def test_every_channel_is_named_with_its_fields() -> None:
    for channel, fields in FIELDS.items():
        line = next(one for one in PAGE.splitlines() if one.startswith(f"| `{channel}` |"))
        assert all(name in line for name in fields)
