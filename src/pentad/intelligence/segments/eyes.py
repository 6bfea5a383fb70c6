"""What the reader sees of the values that explaining a segment shows. Apart from what registers itself at the start,
because it needs the compiler, and that the ledger's engine.
"""

from pentad.data.profiles.kinds import event_veil, veiled_inside
from pentad.intelligence.segments.explain import Eyes
from pentad.roles.access.seeing import levels, veiled


def eyes() -> Eyes:
    """The reader's, who sees in full what the definition names, but not what else stands in it: as on the page."""
    people, companies, veil = levels("people"), levels("companies"), event_veil()
    return Eyes(
        trait=lambda value: veiled_inside(value, people),
        properties=lambda properties: veil(properties, {}, {}, False).properties,
        company_trait=lambda value: veiled_inside(value, companies),
        company=lambda name: veiled(name, companies("name")) or "",
    )
