"""What browsers load: the library, tied to its own origin, its chunks and its settings. The real browser is in tests/clients."""

import gzip
import hashlib
import re

import pytest

from pentad.data.ingest.browser import library
from tests.data.ingest.tracking import KEY

SCRIPT = f"/analytics.js/v1/{KEY}/analytics.min.js"


def test_the_vendored_files_are_what_the_note_says():
    noted = dict(re.findall(r"\| (\S+\.js) \| ([0-9a-f]{64}) \|", (library.FOLDER / "VENDORED.md").read_text()))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in library.FOLDER.glob("*.js")}
    assert noted == found
    assert "MIT" in (library.FOLDER / "LICENSE.MD").read_text()


def test_the_script_names_no_host_that_it_could_call(tracking):
    answer = tracking.request("GET", SCRIPT)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/javascript")
    code = answer.body.decode()
    assert f'window.analyticsWriteKey="{KEY}"' in code
    hosts = set(re.findall(r"https?://[\w.-]+|[\w-]+\.segment\.(?:io|com|build)", code))
    # One is in a pattern that compares, one in a sentence for the console.
    assert hosts <= {"https://cdn.segment.", "https://segment.com"}
    assert "sourceMappingURL" not in code


def test_the_script_is_compressed_when_asked(tracking):
    plain = tracking.request("GET", SCRIPT)
    packed = tracking.request("GET", SCRIPT, accept_encoding="gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_a_wrong_key_is_told(tracking):
    answer = tracking.request("GET", "/v1/projects/nonsense/settings")
    assert (answer.status, answer.json["code"]) == (401, "unknown_write_key")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_script_of_a_wrong_key_tells_the_console(tracking):
    answer = tracking.request(
        "GET", '/analytics.js/v1/x%3C%2Fscript%3E"%2Balert(1)%2B"/analytics.min.js'.replace('"', "%22")
    )
    assert answer.status == 404  # a slash ends the key
    answer = tracking.request("GET", "/analytics.js/v1/%22%2Balert(1)%2B%22/analytics.min.js")
    assert answer.status == 200
    assert answer.body.startswith(b'console.error("Pentad: ')
    assert b'\\"+alert(1)+\\"' in answer.body
    assert (answer.headers["x-pentad-code"], answer.headers["cache-control"]) == ("unknown_write_key", "no-store")


def test_the_settings_hold_one_integration_and_our_own_address(tracking):
    answer = tracking.request("GET", f"/v1/projects/{KEY}/settings", origin="http://kestrel.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    settings = answer.json
    assert list(settings["integrations"]) == ["Segment.io"]
    own = settings["integrations"]["Segment.io"]
    assert (own["apiKey"], own["apiHost"], own["protocol"]) == (KEY, f"127.0.0.1:{tracking.port}/v1", "http")
    assert settings["metrics"] == {"sampleRate": 0, "host": f"127.0.0.1:{tracking.port}/v1"}
    assert "plan" not in settings


@pytest.mark.parametrize(
    ("headers", "host", "scheme"),
    [
        ({"host": "events.kestrel.example"}, "events.kestrel.example/v1", "http"),
        ({"host": "events.kestrel.example", "x-forwarded-proto": "https"}, "events.kestrel.example/v1", "https"),
        ({"host": "events.kestrel.example", "origin": "https://kestrel.example"}, "events.kestrel.example/v1", "https"),
        ({"host": "localhost:8000", "origin": "https://kestrel.example"}, "localhost:8000/v1", "http"),
    ],
)
def test_the_settings_follow_the_address_that_was_asked(tracking, headers, host, scheme):
    own = tracking.request("GET", f"/v1/projects/{KEY}/settings", **headers).json["integrations"]["Segment.io"]
    assert (own["apiHost"], own["protocol"]) == (host, scheme)


def test_a_forged_host_is_refused(tracking):
    answer = tracking.request("GET", f"/v1/projects/{KEY}/settings", host='x"onload=1')
    assert answer.status == 400


def test_chunks_are_served_and_unknown_ones_told(tracking):
    names = sorted(library.bundles())
    assert [name.split(".")[0] for name in names] == ["auto-track", "queryString", "schemaFilter"]
    code = (library.FOLDER / "standalone.js").read_text()
    for name in names:
        assert name.split(".")[2] in code  # the library asks for exactly these
        answer = tracking.request("GET", f"/analytics-next/bundles/{name}")
        assert answer.status == 200
        assert b"sourceMappingURL" not in answer.body
    assert tracking.request("GET", "/analytics-next/bundles/..%2fVENDORED.md").status == 404


def test_a_changed_library_is_noticed(monkeypatch, tmp_path):
    (tmp_path / "standalone.js").write_text("entirely new")
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    library._standalone.cache_clear()
    with pytest.raises(RuntimeError, match="has changed"):
        library._standalone()
    library._standalone.cache_clear()


def test_the_snippet_cannot_be_broken_out_of():
    code = library.snippet("</script><script>alert(1)", "https://events.kestrel.example/")
    assert code.count("</script>") == 1
    assert '"https://events.kestrel.example"' in code
