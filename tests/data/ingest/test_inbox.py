"""The inbox keeps its promise: acknowledged means on disk and readable, whatever happens next."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pentad.core.errors import RateLimited, Unavailable
from pentad.data.ingest.inbox import (
    FrameMeta,
    Inbox,
    backlog_bytes,
    delete_log,
    find_frame,
    is_open,
    logs,
    read_frames,
)


def meta(number: int = 1) -> FrameMeta:
    return FrameMeta(source_no=1, received_us=1_700_000_000_000_000, count=number, type="track", ip="10.0.0.1", flags=1)


def bodies(folder: Path) -> list[bytes]:
    return [frame.body for log in logs(folder) for frame in read_frames(log)[0]]


@pytest.fixture
def inbox(tmp_path):
    box = Inbox(tmp_path / "inbox")
    yield box
    box.close()


def test_appended_frames_are_read_back_as_they_were(inbox):
    async def send():
        await asyncio.gather(*(inbox.append(meta(n), b'{"n":%d}' % n) for n in range(50)))

    asyncio.run(send())
    [log] = logs(inbox.folder)
    frames, end = read_frames(log)
    assert [frame.body for frame in frames] == [b'{"n":%d}' % n for n in range(50)]
    assert frames[3].meta == meta(3)
    assert end == log.stat().st_size
    assert inbox.waiting == 0
    assert inbox.written.is_set()


def test_reading_goes_on_where_it_stopped_and_returns_whole_frames(inbox):
    inbox.append_many_sync((meta(n), b"x" * 100) for n in range(10))
    [log] = logs(inbox.folder)
    seen, at = [], 0
    while True:
        frames, end = read_frames(log, at, max_bytes=300)
        if not frames:
            break
        assert frames[0].start == at
        assert frames[-1].end == end
        seen, at = seen + frames, end
    assert [frame.meta.count for frame in seen] == list(range(10))


def test_a_frame_larger_than_the_slice_is_read_whole(inbox):
    inbox.append_many_sync([(meta(), b"y" * 10_000), (meta(), b"z")])
    frames, end = read_frames(logs(inbox.folder)[0], 0, max_bytes=64)
    assert [len(frame.body) for frame in frames] == [10_000]
    assert [f.body for f in read_frames(logs(inbox.folder)[0], end, 64)[0]] == [b"z"]


@pytest.mark.parametrize("cut", [1, 5, 9, 20])
def test_a_torn_tail_is_not_read(inbox, cut):
    inbox.append_many_sync([(meta(1), b"first"), (meta(2), b"second")])
    inbox.close()
    [log] = logs(inbox.folder)
    os.truncate(log, log.stat().st_size - cut)
    assert [frame.body for frame in read_frames(log)[0]] == [b"first"]


def test_damage_in_the_middle_stops_the_reader_and_can_be_passed(inbox):
    inbox.append_many_sync((meta(n), b'{"n":[%d]}' % n) for n in range(3))
    inbox.close()
    [log] = logs(inbox.folder)
    second = read_frames(log)[0][1]
    data = bytearray(log.read_bytes())
    data[second.end - 2] ^= 0xFF
    log.write_bytes(data)
    frames, end = read_frames(log)
    assert [frame.meta.count for frame in frames] == [0]
    assert end == second.start
    assert find_frame(log, end) == second.end
    assert find_frame(log, second.end + 1) is None


def test_logs_roll_and_numbers_are_never_used_twice(tmp_path):
    box = Inbox(tmp_path, roll_bytes=1000)
    for n in range(5):
        box.append_many_sync([(meta(n), b"x" * 600)])
    names = [log.name for log in logs(tmp_path)]
    assert names == ["web-00000001.log", "web-00000002.log", "web-00000003.log"]
    assert [is_open(log) for log in logs(tmp_path)] == [False, False, True]
    box.close()
    for log in logs(tmp_path):
        delete_log(log)
    other = Inbox(tmp_path, "outbox")
    other.append_many_sync([(meta(), b"x")])
    assert [log.name for log in logs(tmp_path)] == ["outbox-00000004.log"]
    other.close()


def test_a_new_process_opens_a_new_log_and_an_idle_one_opens_none(tmp_path):
    for _ in range(2):
        box = Inbox(tmp_path)
        box.append_many_sync([(meta(), b"x")])
        box.close()
    Inbox(tmp_path).close()
    assert len(logs(tmp_path)) == 2


def test_two_writers_at_once_do_not_mix(tmp_path):
    boxes = [Inbox(tmp_path, "web"), Inbox(tmp_path, "web"), Inbox(tmp_path, "outbox")]

    def write(box, k):
        for n in range(40):
            box.append_many_sync([(meta(n), b"%d-%d" % (k, n))])

    threads = [threading.Thread(target=write, args=(box, k)) for k, box in enumerate(boxes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for box in boxes:
        box.close()
    assert sorted(bodies(tmp_path)) == sorted(b"%d-%d" % (k, n) for k in range(3) for n in range(40))
    assert len(logs(tmp_path)) == 3


def test_too_much_unsynced_is_refused_and_recovers(tmp_path, monkeypatch):
    gate = threading.Event()
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (gate.wait(10), real(handle)))
    box = Inbox(tmp_path, max_waiting=1000)

    async def send():
        first = asyncio.ensure_future(box.append(meta(), b"x" * 2000))
        await asyncio.sleep(0)
        with pytest.raises(RateLimited) as refused:
            await box.append(meta(), b"y")
        assert refused.value.code == "backlog"
        assert isinstance(refused.value.data["retry_after"], int)
        gate.set()
        await first
        await box.append(meta(), b"z")

    asyncio.run(send())
    box.close()
    assert bodies(tmp_path) == [b"x" * 2000, b"z"]


def test_a_backlog_on_disk_is_refused_until_it_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr("pentad.data.ingest.inbox._LOOK_SECONDS", 0)
    box = Inbox(tmp_path, roll_bytes=1, max_backlog=1500)
    box.append_many_sync([(meta(), b"x" * 2000)])
    with pytest.raises(RateLimited):
        box.append_many_sync([(meta(), b"y")])
    assert backlog_bytes(tmp_path) > 1500
    for log in logs(tmp_path):
        delete_log(log)
    box.append_many_sync([(meta(), b"z")])
    box.close()
    assert bodies(tmp_path) == [b"z"]


def test_a_full_disk_acknowledges_nothing_and_recovers(tmp_path, monkeypatch):
    """The disk takes half a frame and is full: the next frame that fits must still be readable."""
    room = [10_000]
    real = os.write

    def write(handle, data):
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data[: room[0]])
        room[0] -= len(part)
        return real(handle, part)

    monkeypatch.setattr("pentad.data.ingest.inbox.os.write", write)
    box = Inbox(tmp_path)
    box.append_many_sync([(meta(), b"a" * 5000)])
    with pytest.raises(Unavailable) as refused:
        box.append_many_sync([(meta(), b"b" * 8000)])
    assert refused.value.code == "storage_failed"
    assert "No space left" in refused.value.message
    with pytest.raises(Unavailable):
        box.append_many_sync([(meta(), b"c")])
    room[0] = 100_000
    box.append_many_sync([(meta(), b"d" * 8000)])
    box.close()
    assert [body[:1] for body in bodies(tmp_path)] == [b"a", b"d"]
    assert len(logs(tmp_path)) == 1


def test_after_a_failed_sync_the_log_is_left(tmp_path, monkeypatch):
    real = os.fdatasync
    fail = [True]

    def sync(handle):
        if fail.pop() if fail else False:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    monkeypatch.setattr("pentad.data.ingest.inbox.os.fdatasync", sync)
    box = Inbox(tmp_path)
    with pytest.raises(Unavailable):
        box.append_many_sync([(meta(), b"a")])
    box.append_many_sync([(meta(), b"b")])
    box.close()
    assert len(logs(tmp_path)) == 2
    assert bodies(tmp_path)[-1] == b"b"


def test_a_cancelled_request_harms_nobody(inbox):
    async def send():
        tasks = [asyncio.ensure_future(inbox.append(meta(n), b"%d" % n)) for n in range(10)]
        await asyncio.sleep(0)
        tasks[4].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(send())
    assert [isinstance(r, asyncio.CancelledError) for r in results] == [n == 4 for n in range(10)]


def test_a_closed_inbox_says_so(tmp_path):
    box = Inbox(tmp_path)
    box.close()
    with pytest.raises(Unavailable):
        box.append_many_sync([(meta(), b"x")])


WRITER = """
import asyncio, os, sys
from pathlib import Path
from pentad.data.ingest.inbox import FrameMeta, Inbox
box = Inbox(Path(sys.argv[1]), roll_bytes=200_000)
async def one(worker):
    n = 0
    while True:
        body = b"%d-%d-" % (worker, n) + b"x" * (n % 3000)
        await box.append(FrameMeta(1, n, 1), body)
        os.write(1, b"%d-%d\\n" % (worker, n))
        n += 1
async def main():
    await asyncio.gather(*(one(worker) for worker in range(16)))
asyncio.run(main())
"""


def test_kill_9_while_appending_loses_nothing_acknowledged(tmp_path):
    """Ten kills at ever later moments; every frame the writer was told of is read back, in order."""
    for lines in (1, 3, 10, 40, 90, 200, 500, 900, 1500, 2500):
        folder = tmp_path / str(lines)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE)
        acknowledged = [writer.stdout.readline().strip() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.read().split(b"\n")[:-1]
        writer.wait()
        kept = {b"-".join(body.split(b"-")[:2]) for body in bodies(folder)}
        assert set(filter(None, acknowledged)) <= kept
        assert not any(is_open(log) for log in logs(folder))
