"""Python in the folder of a server under test, for what neither page nor call can do: one process, which sets Pentad up once."""

import os
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.forking import CONTEXT
from tests.serving import Server


class Inside:
    """`run("result = Person.objects.count()", …)`; as Pentad itself. Names that a text makes are there for the next one."""

    def __init__(self, server: Server, begin: str = "") -> None:
        self._ours, theirs = CONTEXT.Pipe()
        arguments = (theirs, str(server.folder), server.environment)
        self._process = CONTEXT.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self.run(begin)

    def run(self, source: str, **values: Any) -> Any:
        """What the text calls `result`."""
        self._ours.send((source, values))
        well, told = self._ours.recv()
        assert well, told
        return told

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._ours.close()


def _serve(connection: Connection, folder: str, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    from pentad.config.bootstrap import setup

    setup(Path(folder), None)
    from pentad.core.actor import SYSTEM, acting_as

    names: dict[str, Any] = {"SYSTEM": SYSTEM}
    while True:
        source, values = connection.recv()
        names |= values | {"result": None}
        try:
            with acting_as(SYSTEM):
                exec(source, names)
            connection.send((True, names["result"]))
        except Exception:
            connection.send((False, traceback.format_exc()))
