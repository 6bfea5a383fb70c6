"""Pages of a sales rep who may see one customer in a hundred, beside the same pages of somebody who may see all."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator

from bench import load
from bench.pages import _p95, _session, fill
from bench.report import Row, at_most
from tests.serving import Server

CUSTOMERS, COMPANIES, SHARE = 100_000, 20_000, 100
LIST_MS, RECORD_MS, SEARCH_MS, EXPLAIN_MS = 150, 200, 300, 100
_FILL = """
import sys
from bench.rights import prepare
prepare(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
"""
LISTS = ("/people/", "/people/?sort=name", "/people/?sort=-event_count", "/people/?f=known~is~yes", "/companies/")
SEARCHES = ("/people/?q=keiko", "/people/?q=u-777", "/palette/?q=keiko", "/palette/?q=u-100@kestrel.example")


def rows(quick: bool) -> Iterator[Row]:
    customers, companies = (5_000, 1_000) if quick else (CUSTOMERS, COMPANIES)
    server = Server(load.folder() / "data", installed=True)
    try:
        server.add_source("Bench")
        command = [sys.executable, "-c", _FILL, str(server.folder), str(customers), str(companies)]
        done = subprocess.run(command, env=server.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        server.start(seconds=600)
        rep, all_ = ({"cookie": f"pentad_session={found[who]}"} for who in ("rep", "admin"))
        person = f"/people/{found['person']}/"
        for what, urls, most in (
            ("lists", LISTS, LIST_MS),
            ("record", (person,), RECORD_MS),
            ("searches", SEARCHES, SEARCH_MS),
        ):
            own, plain = (max(_p95(server, url, who, quick) for url in urls) for who in (rep, all_))
            name = f"{what} of a rep who sees 1 % of {customers:,}, slowest p95"
            yield at_most(name, own, "ms", most, f" (who sees all: {plain:,.0f} ms)")
        explain = f"/settings/access/?user={found['user']}&right=people.view&record={found['person']}&field=email"
        yield at_most("explain access, p95", _p95(server, explain, all_, quick), "ms", EXPLAIN_MS)
    finally:
        server.kill()
        shutil.rmtree(server.folder.parent, ignore_errors=True)


def prepare(folder: str, customers: int, companies: int) -> None:
    """Customers and companies, one in a hundred of them the rep's; prints the keys of two sessions."""
    fill(folder, customers)
    from pentad.core import clock
    from pentad.core.actor import SYSTEM
    from pentad.data.identity.models import Person
    from pentad.data.profiles.models import Company
    from pentad.roles.access import actions
    from pentad.roles.access.models import User

    rep = actions.add_user(actor=SYSTEM, email="rep@kestrel.example", name="Rep", role="rep")
    now = clock.now()
    Company.objects.bulk_create(
        (
            Company(
                group_id=f"g-{n}", name=f"Company {n}", first_seen=now, last_seen=now, owner=None if n % SHARE else rep
            )
            for n in range(companies)
        ),
        batch_size=500,
    )
    own = list(Person.objects.filter(no__in=range(0, 10 * customers, SHARE)).values_list("no", flat=True))
    for at in range(0, len(own), 500):
        Person.objects.filter(no__in=own[at : at + 500]).update(owner=rep)
    person = Person.objects.filter(owner=rep).first()
    assert person is not None
    admin = User.objects.get(email="bench@kestrel.example")
    found = {"rep": _session(rep), "admin": _session(admin), "user": rep.pk, "person": person.id}
    print(json.dumps(found))
