"""`pentad setting`: what may change while Pentad runs."""

import re
from collections.abc import Callable

from tests.architecture.source import REFERENCE
from tests.serving import Server


def test_lists_sets_and_resets_what_the_reference_tells_of(new_server: Callable[..., Server]) -> None:
    folder = new_server()
    folder.cli("key", "add", "makes the folder")
    listed = [line.split("\t") for line in folder.cli("setting", "list").stdout.splitlines()]
    page = (REFERENCE / "configuration.md").read_text()
    told = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.M)
    assert [name for name, _, _ in listed] == told
    assert folder.cli("setting", "set", "outgoing.private", "10.0.7.0/24, fd00::/8").stdout == (
        'outgoing.private\t["10.0.7.0/24", "fd00::/8"]\n'
    )
    assert folder.cli("setting", "set", "access.invitation_days", "14").stdout == "access.invitation_days\t14\n"
    assert folder.cli("setting", "reset", "access.invitation_days").stdout == "access.invitation_days\t7\n"
    for wrong, says in ((("access.invitation_days", "0"), "is below 1"), (("no.such", "1"), "no setting")):
        done = folder.cli("setting", "set", *wrong, status=1)
        assert says in done.stderr
        assert done.stdout == ""
