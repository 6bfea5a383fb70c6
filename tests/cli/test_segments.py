"""`pentad segment …` with the server running and stopped."""

import json
import re
import sqlite3
import subprocess
from pathlib import Path

import pyarrow.parquet as pq

from tests.serving import PENTAD, Server, until

ORDERED = {"kind": "event", "event": {"names": ["Order Completed"]}}


def test_a_definition_is_counted_explained_saved_and_exported(server: Server, tmp_path: Path) -> None:
    for user in ("u-1", "u-2"):
        server.send("identify", {"userId": user, "traits": {"plan": "family", "name": user}})
    server.send("track", {"userId": "u-1", "event": "Order Completed"})
    until(lambda: (server.person("user_id:u-1") or {}).get("event_count") == 2)
    file = tmp_path / "buyers.json"
    file.write_text(json.dumps({"where": ORDERED}))
    asked = ("--definition", str(file))

    until(lambda: server.cli("segment", "count", *asked).stdout == "1\n")
    id = server.cli("segment", "add", "Buyers", *asked).stdout.strip()
    assert server.cli("segment", "list").stdout.split("\t")[:4] == [id, "Buyers", "live", "1"]
    server.send("track", {"userId": "u-2", "event": "Order Completed"})
    until(lambda: server.api(f"/segments/{id}")["size"] == 2, 10)
    person = server.person("user_id:u-2")
    assert person
    until(lambda: "Segment Entered" in {event["name"] for event in server.events(person["id"])}, 10)
    _check_trait(server)
    why = server.cli("segment", "explain", *asked, "--person", person["id"], "--json").stdout
    assert json.loads(why)["reason"]["holds"] is True
    server.stop()
    assert server.cli("segment", "refill").stdout == "Done.\n"
    assert server.cli("segment", "count", "--segment", "buyers").stdout == "2\n"
    file.write_text('\ndid "Order Completed"')
    told = server.cli("segment", "explain", *asked, "--person", "user_id:u-1").stdout
    assert re.fullmatch(r'yes  did "Order Completed"  \(2 times\)(\n +\d{4}-\S+Z  Order Completed){2}\n', told), told
    refused = server.cli("segment", "explain", "--segment", id, "--person", "nobody", status=1)
    assert (refused.stdout, "nobody" in refused.stderr) == ("", True)
    file.write_text('{"where": {"kind": "nonsense"}}')
    assert "nonsense" in server.cli("segment", "count", *asked, status=1).stderr
    with sqlite3.connect(server.folder / "pentad.db") as rows:
        kinds = {kind for (kind,) in rows.execute("SELECT kind FROM pentad_core_job")}
        looks = list(
            rows.execute("SELECT subject FROM pentad_core_auditline WHERE action = 'view' AND actor LIKE 'cli%'")
        )
    assert (f"person:{person['id']}",) in looks
    assert not kinds & {"segments.count", "segments.explain"}, "answers that tell of customers are not kept"
    _check_export(server)


def _check_trait(server: Server) -> None:
    """A computed trait: filled when it is saved, and following events."""

    def held(user: str) -> int | None:
        person = server.person(f"user_id:{user}")
        return person["traits"].get("orders") if person else None

    id = server.cli("trait", "add", "orders", "--text", 'number of "Order Completed"').stdout.strip()
    assert (held("u-1"), held("u-2")) == (1, 1)
    assert server.cli("trait", "list").stdout == f'{id}\torders\tlive\t2\tnumber of "Order Completed"\n'
    server.send("track", {"userId": "u-1", "event": "Order Completed"})
    until(lambda: held("u-1") == 2, 10)
    server.cli("trait", "archive", "orders")
    assert (held("u-1"), held("u-2")) == (None, None)


def _check_export(server: Server) -> None:
    command = [PENTAD, "segment", "export", "Buyers", "--format", "parquet", "--columns", "name"]
    done = subprocess.run(
        [*command, "--data", str(server.folder)], capture_output=True, check=True, env=server.environment
    )
    out = server.folder.with_name("out.parquet")
    out.write_bytes(done.stdout)
    assert pq.read_table(out)["name"].to_pylist() == ["u-1", "u-2"]
