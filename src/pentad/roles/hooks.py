"""What this competency adds to the frame."""

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hooks import NavItem, PaletteItem


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Colleagues", "/settings/people/", icon="users-round", section="Settings", right="admin.users", order=900),
        NavItem("API keys", "/settings/keys/", icon="key-round", section="Settings", right="admin.keys", order=910),
    ]


@hooks.impl
def palette(actor: Actor, query: str) -> list[PaletteItem]:
    places = [
        PaletteItem("Account and security", "/account/", icon="user-round", group="Go to"),
        PaletteItem("Colleagues", "/settings/people/", icon="users-round", group="Go to", right="admin.users"),
        PaletteItem("API keys", "/settings/keys/", icon="key-round", group="Go to", right="admin.keys"),
    ]
    wanted = query.strip().lower()
    return [place for place in places if wanted and wanted in place.label.lower()]
