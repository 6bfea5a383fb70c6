"""Whether an address of the network belongs to a data centre. The list is beside this module, with where it is from."""

import ipaddress
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from pentad.core import settings

LIST = Path(__file__).with_name("networks.txt")
DATA_CENTRE, SCANNER = "data_centre", "scanner"

MORE = settings.define(
    "responses.networks", [],
    "Further networks from which no person opens or clicks, such as 203.0.113.0/24: a gateway’s, or your own monitoring.",
)  # fmt: skip

Span = tuple[int, int]


def kind_of(address: str) -> str:
    """SCANNER for what the setting names, DATA_CENTRE or "". What is no address is neither."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if _within(found, _spans(tuple(MORE.get()))):
        return SCANNER
    return DATA_CENTRE if _within(found, _spans((), LIST)) else ""


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, spans: dict[int, list[Span]]) -> bool:
    held = spans[address.version]
    place = bisect_right(held, (int(address), 1 << 128))
    return place > 0 and held[place - 1][1] >= int(address)


@lru_cache(maxsize=8)
def _spans(texts: tuple[str, ...], file: Path | None = None) -> dict[int, list[Span]]:
    """First and last address of each network, by version, in order and apart. What cannot be read is left out."""
    if file is not None:
        texts = tuple(line for line in file.read_text().splitlines() if line and not line.startswith("#"))
    found: dict[int, list[Span]] = {4: [], 6: []}
    for text in texts:
        try:
            network = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        found[network.version].append((int(network.network_address), int(network.broadcast_address)))
    return {version: _apart(sorted(spans)) for version, spans in found.items()}


def _apart(spans: list[Span]) -> list[Span]:
    """Without those that lie within others."""
    kept: list[Span] = []
    for first, last in spans:
        if not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept
