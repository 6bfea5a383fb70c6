"""What customers agree to at present, of many at once: for the mirror, lists and reach."""

from collections import defaultdict
from collections.abc import Mapping

from pentad.data.consent.models import ConsentStatement
from pentad.data.consent.rules import Counted, counting
from pentad.data.identity.store import chunks


def standing_of(part_root: Mapping[int, int]) -> dict[int, dict[str, dict[str, str]]]:
    """Root → purpose → channel → state, of those who said anything. part_root: every part of these customers → root."""
    found: dict[int, list[Counted]] = defaultdict(list)
    for some in chunks(part_root):
        rows = ConsentStatement.objects.filter(person_id__in=some)
        for part, purpose, channel, state, at in rows.values_list("person_id", "purpose", "channel", "state", "at"):
            found[part_root[part]].append(Counted(purpose, channel, state, at))
    return {root: standing for root, said in found.items() if (standing := counting(said))}
