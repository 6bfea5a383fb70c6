"""Kestrel Coffee, the story company: a year of data, a cast of known people, and live events.

    demo.fill(folder)     # sources, colleagues, views, the cast and the last weeks into the inbox: two seconds
    demo.stream(stop)     # until `stop` is set: the rest of the year, and customers who go on visiting and ordering

Nothing but the command line and the wiring imports this package.
"""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pentad.core.runtime import Folder

PASSWORD = "kestrel-demo"  # noqa: S105  it is printed when the demo starts
COLLEAGUES = (
    ("nadia@kestrel.example", "Nadia Karim", "admin"),
    ("tom@kestrel.example", "Tom Reyes", "member"),
    ("lea@kestrel.example", "Lea Sommer", "rep"),
    ("omar@kestrel.example", "Omar Haddad", "agent"),
)
"""E-mail address, name and role of those who can sign in, all with PASSWORD."""


def fill(folder: "Folder", *, everything: bool = False) -> bool:
    """See `pentad.demo.filling.fill`."""
    from pentad.demo import filling

    return filling.fill(folder, everything=everything)


def stream(stop: threading.Event) -> None:
    """See `pentad.demo.live.stream`."""
    from pentad.demo import live

    live.stream(stop)
