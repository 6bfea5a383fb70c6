"""What pages ask of a million messages: whether anything was sent twice, and what became of them."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import load
from bench.report import Row, at_most

DELIVERIES = 1_000_000
MOST_MS = 1_000
_RUN = """
import sys
from bench.figures import run
run(sys.argv[1], int(sys.argv[2]))
"""


def rows(quick: bool) -> Iterator[Row]:
    deliveries = 100_000 if quick else DELIVERIES
    folder = load.folder()
    try:
        command = [sys.executable, "-c", _RUN, str(folder / "data"), str(deliveries)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        of = f"of {deliveries:,} messages of a campaign"
        yield at_most(f"duplicates of 30 days, {of}, CPU", found["duplicates"], "ms", MOST_MS)
        yield at_most(f"opens, clicks and the rest {of}, CPU", found["figures"], "ms", MOST_MS)
        yield at_most(f"states {of}, CPU", found["states"], "ms", MOST_MS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: str, deliveries: int) -> None:
    """Fill a folder and ask; prints milliseconds of CPU, with what was read before in memory."""
    from datetime import timedelta

    from pentad.config import bootstrap

    bootstrap.setup(Path(folder))
    from pentad.core import clock
    from pentad.platforms.channels import queries as channels
    from pentad.platforms.responses import queries as responses

    _fill(deliveries)
    since = clock.now() - timedelta(days=30)
    assert channels.duplicates(since) == 1  # one was planted, so that the question is seen to be asked
    assert responses._figures("campaign", "c", "r").total.opened == -(-deliveries // 3)
    told = {
        "duplicates": _took(lambda: channels.duplicates(since)),
        "figures": _took(lambda: responses._figures("campaign", "c", "r")),
        "states": _took(lambda: channels.counts("campaign", "c", "r")),
    }
    print(json.dumps(told))


def _took(ask: Callable[[], Any]) -> float:
    """Milliseconds of CPU, the least of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        ask()
        times.append(1000 * (time.process_time() - began))
    return min(times)


def _fill(deliveries: int) -> None:
    """A campaign of two variants that was sent an hour ago: each third opened, each ninth clicked, some sent again."""
    from datetime import timedelta

    from django.db import connection

    from pentad.core import clock

    at = str(clock.now() - timedelta(hours=1))[:26]
    some = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {deliveries})"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pentad_platforms_delivery (id, public_id, key, person_no, channel, purpose, transactional,"
            " priority, origin_kind, origin_id, run, variant, language, payload, state, due_at, if_held, reason, detail,"
            f" attempts, unsure, once, lease_owner, created, sent_at, done_at) {some}"
            " SELECT i, 'p' || i, 'campaign:r:' || i, max(i, 2), 'email', 'news', 0, 50, 'campaign', 'c', 'r',"
            " CASE i % 2 WHEN 0 THEN 'A' ELSE 'B' END, 'en', x'', 'delivered', %s, 'wait', '', '', 1 + (i % 50 = 0), 0,"
            " 'o' || i, '', %s, %s, %s FROM n",
            [at] * 4,
        )
        for number, where, outcome in (
            (1, "i % 50 > 0", "accepted"),
            (1, "i % 50 = 0", "busy"),
            (2, "i % 50 = 0", "accepted"),
        ):
            cursor.execute(
                'INSERT INTO pentad_platforms_attempt (delivery_id, number, key, at, ended, outcome, status, detail, "to")'
                f" {some} SELECT i, {number}, 'p' || i, %s, %s, '{outcome}', '250', '', '' FROM n WHERE {where}",
                [at] * 2,
            )
        for kind, each, link in (("open", 3, "NULL"), ("click", 9, "i % 5"), ("unsubscribe", 500, "NULL")):
            cursor.execute(
                "INSERT INTO pentad_platforms_response (delivery_no, person_no, kind, at, link, client, signs, human,"
                " confidence, why, detail, channel, purpose, origin_kind, origin_id, run, variant)"
                f" {some} SELECT i, i, '{kind}', %s, {link}, 'c', '[]', i % 4 > 0, 0.9, '[]', '', 'email', 'news',"
                " 'campaign', 'c', 'r', CASE i % 2 WHEN 0 THEN 'A' ELSE 'B' END FROM n"
                f" WHERE i % {each} = 1",
                [at],
            )
        cursor.execute("ANALYZE")
