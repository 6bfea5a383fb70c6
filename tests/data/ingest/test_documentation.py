"""The reference of the tracking API leaves nothing out."""

import re
from pathlib import Path

import pytest

from pentad.data.ingest import asgi, known, posthog_api
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.keys import Keys
from pentad.data.ingest.known import Known

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/reference/tracking-api.md").read_text()
MODULES = (
    "accept", "answers", "asgi", "bodies", "cdn", "inbox", "keys", "limits", "pixel", "posthog_api", "tracker",
)  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_every_code_is_described(module):
    code = (ROOT / "src/pentad/data/ingest" / f"{module}.py").read_text()
    for found in re.findall(r'code(?:: str)? ?= ?"([a-z0-9_]+)"', code):
        assert f"`{found}`" in TEXT, found


def test_every_path_is_described(tmp_path):
    app = asgi.tracking_app(Inbox(tmp_path), Keys(Known))
    paths = set(app._routes) - set(posthog_api.PATHS)
    for path in paths:
        assert path in TEXT or re.sub(r"[a-z]+$", "TYPE", path) in TEXT, path
        assert asgi.handles(path)
    app.close()


def test_every_setting_is_described():
    for setting in (known.BATCH_KB, known.BATCH_MESSAGES, known.IMPORT_KB, known.PUBLIC_URL):
        assert f"`{setting.name}`" in TEXT


@pytest.mark.parametrize(
    "path", ["/people/", "/", "/api/v1/people", "/static/x.js", "/sources/", "/events", "/batches"]
)
def test_pages_are_left_to_others(path):
    assert not asgi.handles(path)
