"""What the tracking API reads from the database: sources, limits, the public address."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from pentad.core import clock, settings
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, NotSignedIn, RateLimited, Unavailable
from pentad.data.ingest import actions, known
from pentad.data.ingest.keys import Keys, read_authorization
from pentad.data.ingest.known import Known
from pentad.data.ingest.limits import Bucket, SourceKey


def loaded():
    """What is known, read in a thread as in earnest."""

    def read():
        try:
            return known.load()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read).result()


@pytest.mark.django_db(transaction=True)
def test_sources_are_read_as_they_are():
    web = actions.add_source(actor=SYSTEM, name="Web shop", origins=["https://Kestrel.example/"], rate_per_second=7)
    gone = actions.archive_source(actor=SYSTEM, source=actions.add_source(actor=SYSTEM, name="Old shop"))
    paused = actions.change_source(actor=SYSTEM, source=actions.add_source(actor=SYSTEM, name="Paused"), enabled=False)
    found = {source.no: source for source in loaded().sources}
    assert found[web.no].key == web.write_key
    assert (found[web.no].kind, found[web.no].rate, found[web.no].enabled) == ("web", 7, True)
    assert found[web.no].origins == {"https://kestrel.example"}
    assert not found[gone.no].enabled
    assert not found[paused.no].enabled


@pytest.mark.django_db(transaction=True)
def test_pentads_own_source_takes_nothing_from_outside():
    from pentad.data.ingest.own import own_source

    own = own_source()
    assert not next(source for source in loaded().sources if source.no == own.no).enabled


@pytest.mark.django_db(transaction=True)
def test_limits_follow_the_settings():
    settings.put("tracking.batch_kb", 4000)
    settings.put("tracking.batch_messages", 10)
    settings.put("tracking.public_url", "https://events.kestrel.example/")
    found = loaded()
    assert (found.limits.batch, found.limits.items) == (4000 * 1024, 10)
    assert found.public_url == "https://events.kestrel.example"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"Basic a2V5Og==", ("key", True)),
        (b"Basic a2V5Og", ("key", True)),
        (b"basic  a2V5", ("key", True)),
        (b"Basic a2V5OnNlY3JldA==", ("key", True)),
        (b"Basic not/base64!", ("not/base64!", True)),
        (b"Basic ", ("", False)),
        (b"Basic Og==", ("", False)),
        (b"Bearer key", ("key", False)),
        (b"Digest key", ("", False)),
        (b"", ("", False)),
        (b"\xff\xfe", ("", False)),
    ],
)
def test_authorization_headers(header, found):
    assert read_authorization(header) == found


def test_a_failing_database_does_not_stop_known_keys():
    reads = []

    def load():
        reads.append(1)
        if len(reads) > 1:
            raise RuntimeError("the database is away")
        return Known(sources=[SourceKey(1, "kept")])

    async def look():
        keys = Keys(load)
        assert (await keys.find("kept")).no == 1
        keys._read -= 5  # as if five seconds had passed
        assert (await keys.find("kept")).no == 1
        with pytest.raises(NotSignedIn):
            await keys.find("unknown")
        keys._read -= 3600
        keys._failed = float("-inf")
        with pytest.raises(Unavailable):
            await keys.find("kept")
        keys.close()

    asyncio.run(look())


def test_many_unknown_keys_share_few_readings():
    reads = []

    async def look():
        keys = Keys(lambda: reads.append(clock.now_us()) or Known())
        found = await asyncio.gather(*(keys.find(f"key-{n}") for n in range(200)), return_exceptions=True)
        assert all(isinstance(error, NotSignedIn) for error in found)
        keys.close()

    asyncio.run(look())
    assert len(reads) <= 3


def test_long_guesses_are_not_remembered():
    async def look():
        keys = Keys(Known)
        with pytest.raises(NotSignedIn):
            await keys.find("k" * 65)
        assert keys.of_header(b"Bearer " + b"k" * 500) == ("k" * 500, False)
        assert not keys._unknown
        assert not keys._headers
        keys.close()

    asyncio.run(look())


def test_what_was_taken_from_a_bucket_survives_a_reading():
    async def look():
        keys = Keys(lambda: Known(sources=[SourceKey(1, "k", rate=1)]))
        bucket = (await keys.find("k")).bucket
        keys._read -= 5
        assert (await keys.find("k")).bucket is bucket
        keys.close()

    asyncio.run(look())


def test_a_bucket_holds_two_seconds_and_refills(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("pentad.core.pace.time.monotonic", lambda: now[0])
    bucket = Bucket(3)
    for _ in range(6):
        bucket.take()
    with pytest.raises(RateLimited) as refused:
        bucket.take()
    assert refused.value.data["retry_after"] == 1
    now[0] += 0.34
    bucket.take()
    with pytest.raises(RateLimited):
        bucket.take()
    now[0] += 3600
    for _ in range(6):
        bucket.take()


def test_origins_bind():
    source = SourceKey(1, "k", origins=frozenset({"https://kestrel.example"}))
    source.check("")
    source.check("https://KESTREL.example")
    with pytest.raises(Denied, match="elsewhere"):
        source.check("https://elsewhere.example")
