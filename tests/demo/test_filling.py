"""Filling a folder: once, resumed after a crash, and everything stored under the right person."""

import threading
from pathlib import Path

import pytest

from pentad import demo
from pentad.core.models import Setting
from pentad.core.runtime import Folder
from pentad.data.ingest import frames
from pentad.data.ingest.models import Source
from pentad.data.profiles.lists import PEOPLE
from pentad.demo import filling, kestrel
from pentad.roles.access.models import User
from pentad.roles.views.models import SavedView
from pentad.roles.views.state import from_saved

pytestmark = pytest.mark.django_db


def _stored(folder: Folder) -> list[tuple[int, int, bytes]]:
    """(source, received, body) of every frame in the inbox."""
    found = []
    for path in frames.logs(folder.inbox):
        place = 0
        while True:
            some, place = frames.read_frames(path, place)
            if not some:
                break
            found += [(f.meta.source_no, f.meta.received_us, f.body) for f in some]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path).make()


def test_fills_once(folder: Folder) -> None:
    assert filling.fill(folder, everything=True, customers=400)
    once = _stored(folder)
    assert not filling.fill(folder, everything=True, customers=400)
    assert _stored(folder) == once
    assert sum(len(body) for *_, body in once) > 2_000_000
    crm = Source.objects.get(name="CRM export")
    assert not crm.owned
    assert Source.objects.count() == 6
    nadia = User.objects.get(email="nadia@kestrel.example")
    assert nadia.role == "admin"
    assert nadia.check_password(demo.PASSWORD)
    roles = {email: role for email, _, role in demo.COLLEAGUES}
    assert dict(User.objects.values_list("email", "role")) == roles
    assert SavedView.objects.filter(owner=None).count() == len(kestrel.VIEWS)


def test_views_are_such_as_the_list_understands(folder: Folder) -> None:
    kestrel.add_views()
    for view in SavedView.objects.all():
        state = from_saved(view.state)
        for one in state.filters:
            field = PEOPLE.field_named(one.field) if PEOPLE.field_named else None
            assert field is not None
            assert field.operator(one.operator)
            list(PEOPLE.base().filter(field.condition(one.operator, one.value).where)[:1])
        names = {column.name for column in PEOPLE.columns} | {
            f"trait:{name}" for name in ("plan", "city", "loyalty_tier")
        }
        assert set(state.columns) <= names
        assert state.sort.removeprefix("-") in {sort.name for sort in PEOPLE.sorts}


def test_the_rest_follows_while_the_server_runs(folder: Folder) -> None:
    filling.fill(folder, customers=400)
    first = _stored(folder)
    assert not Setting.objects.get(name=filling.MARK).value["done"]
    filling.finish(folder, threading.Event())
    whole = _stored(folder)
    assert len(whole) > 3 * len(first)
    assert Setting.objects.get(name=filling.MARK).value["done"]
    filling.finish(folder, threading.Event())
    assert _stored(folder) == whole


def test_it_waits_for_the_loader_and_never_for_itself(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a loader that deletes what is closed, however late, everything is written and little waits at a time."""
    monkeypatch.setattr(filling, "GROUP_BYTES", 300_000)
    monkeypatch.setattr(filling, "MAX_BACKLOG", 600_000)
    filling.fill(folder, customers=400)
    done, most, taken = threading.Event(), 0, 0

    def load() -> None:
        nonlocal most, taken
        while not done.wait(0.01):
            closed = [path for path in frames.logs(folder.inbox) if not frames.is_open(path)]
            most = max(most, sum(path.stat().st_size for path in frames.logs(folder.inbox)))
            for path in closed:
                taken += path.stat().st_size
                frames.delete_log(path)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        filling.finish(folder, threading.Event())
    finally:
        done.set()
        loader.join()
    assert Setting.objects.get(name=filling.MARK).value["done"]
    assert taken > 3 * most


@pytest.mark.parametrize("lost_mark", [False, True])
def test_goes_on_after_a_crash(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_mark: bool
) -> None:
    """Killed after some groups, with or without the last mark: the same frames, the last ones perhaps twice."""
    monkeypatch.setattr(filling, "GROUP_BYTES", 200_000)
    written = 0
    write = filling.Filling._write

    def failing(self: filling.Filling, inbox: filling.Inbox, group: list[filling.DemoFrame]) -> None:
        nonlocal written
        written += 1
        if written == 4:
            if lost_mark:
                inbox.append_many_sync(self._entries(group))
            raise KeyboardInterrupt
        write(self, inbox, group)

    monkeypatch.setattr(filling.Filling, "_write", failing)
    with pytest.raises(KeyboardInterrupt):
        filling.fill(folder, everything=True, customers=400)
    monkeypatch.setattr(filling.Filling, "_write", write)
    filling._begun.clear()
    assert filling.fill(folder, everything=True, customers=400)
    resumed = _stored(folder)

    mark = Setting.objects.get(name=filling.MARK).value | {"frames": 0}
    numbers = {source.name: source.no for source in Source.objects.all()}
    straight = filling.Filling(Folder(tmp_path), mark, numbers)
    expected = [(numbers[f.source], f.received_us, f.body) for f in [straight._next, *straight._frames] if f]
    assert set(resumed) == set(expected)
    assert (len(resumed) > len(expected)) == lost_mark
