"""`pentad audit …` and the doctor: real processes on a real folder, and a database that somebody wrote to by hand."""

import json
import sqlite3
from collections.abc import Callable

from tests.serving import Server


def test_the_log_is_read_and_a_line_changed_by_hand_is_found_by_the_doctor(new_server: Callable[..., Server]) -> None:
    folder = new_server()
    for name in ("Web shop", "App"):
        folder.cli("source", "add", name)
    listed = folder.cli("audit", "list", "--action", "add_source").stdout.splitlines()
    assert [line.split("\t")[1:4] for line in listed] == [["cli:cli", "Command line", "add_source"]] * 2
    lines = [json.loads(line) for line in folder.cli("audit", "export", "--until", "2999-01-01").stdout.splitlines()]
    assert [line["detail"]["name"] for line in lines if line["action"] == "add_source"] == ["App", "Web shop"]
    assert folder.cli("audit", "verify").stdout == "sound: 3 lines\n"
    with sqlite3.connect(folder.folder / "pentad.db") as database:
        database.execute("UPDATE pentad_core_auditline SET actor_name = 'Tom Reyes' WHERE no = 2")
    database.close()
    assert "error: The audit log is not as it was written. Line 2 (id 2, " in folder.cli("doctor", status=1).stdout
    assert folder.cli("audit", "verify", status=1).stdout.startswith("error: Line 2 (id 2, ")
