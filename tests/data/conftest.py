from collections.abc import Iterator
from pathlib import Path

import pytest

from pentad import ledger
from pentad.core.runtime import Folder
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.loader import Loader
from pentad.data.ingest.models import Source
from tests.data.road import Road


@pytest.fixture
def road(transactional_db: None, tmp_path: Path) -> Iterator[Road]:
    """An empty road with one source, "Web"."""
    folder = Folder(tmp_path / "data").make()
    source = Source.objects.create(name="Web", write_key="web")
    store = ledger.open(folder.ledger)
    inbox = Inbox(folder.inbox)
    loader = Loader(folder, store, roll=inbox.roll)
    yield Road(folder, store, inbox, loader, source)
    inbox.close()
    loader.stop()
    store.close()
