"""Pages below those of the side bar, and things to begin, for the palette: found by what they are called or about."""

from typing import NamedTuple

from pentad.core.actor import Actor
from pentad.core.hookvalues import PaletteItem


class Place(NamedTuple):
    """also: further words by which it is looked for. page: the view that offers it as a command of its own."""

    label: str
    url: str
    icon: str
    right: str
    also: str = ""
    page: str = ""


PLACES = (
    Place("Explain access", "/settings/access/", "circle-help", "admin.rights", "why may rights elevate role eyes"),
    Place("Review of rights", "/settings/access/review/", "key-round", "admin.rights", "access shares sensitivity unused"),
    Place("Purposes of use", "/settings/purposes/", "shield-check", "admin.rights", "privacy"),
    Place("Teams", "/settings/teams/", "users", "admin.rights", "members"),
    Place("Invite a colleague", "/settings/people/#new-colleague", "user-round", "admin.users", "invitation account user",
          "settings_people"),
    Place("New segment", "/segments/new/", "filter", "segments.edit", "condition group audience", "segments"),
    Place("Computed traits", "/segments/traits/", "sigma", "segments.view", "figures count sum average"),
    Place("New computed trait", "/segments/traits/new/", "sigma", "segments.edit", "figure count sum average",
          "computed_traits"),
    Place("New role", "/settings/roles/#new-role", "key-round", "admin.rights", "rights", "settings_roles"),
    Place("New API key", "/settings/keys/#new-key", "key-round", "admin.keys", "token", "settings_keys"),
    Place("Suppressed addresses", "/settings/contact/suppressed/", "ban", "contact.view", "bounce complaint unsubscribe block"),
    Place("Your account", "/account/", "user-round", "", "password passkey second step sessions profile"),
)  # fmt: skip


def places(actor: Actor, query: str, page: str) -> list[PaletteItem]:
    """Those that hold every word of the query, as far as the reader may go there."""
    wanted = query.lower().split()
    return [
        PaletteItem(one.label, one.url, one.icon, "Go to")
        for one in PLACES
        if wanted
        and (not one.page or one.page != page)
        and (not one.right or actor.may(one.right))
        and all(word in f"{one.label} {one.also}".lower() for word in wanted)
    ]
