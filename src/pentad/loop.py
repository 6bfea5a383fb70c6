"""The loop as a table: what happens to an event, stage by stage, and which function does it.

`ARCHITECTURE.md` shows this table and tests hold both against the tree: each function exists, each stage
takes what an earlier one gives. Imports nothing, so that anything may read it.
"""

from typing import NamedTuple


class Stage(NamedTuple):
    stage: str
    function: str  # dotted path; empty while the stage has no code yet
    takes: str
    gives: str
    sentence: str


LOOP: tuple[Stage, ...] = (
    Stage(
        "accept",
        "pentad.data.ingest.front.FrontApp",
        "HTTP request",
        "frame",
        "Checks the key and the shape of a request and answers 200 once its frame is on disk.",
    ),
    Stage(
        "keep",
        "pentad.data.ingest.inbox.Inbox.append",
        "frame",
        "inbox log",
        "Appends the frame to this process's log; one fdatasync serves all who wait.",
    ),
    Stage(
        "load",
        "pentad.data.ingest.loader.Loader",
        "inbox log",
        "slice",
        "Reads the logs a slice at a time, corrects times and sets invalid messages aside with a reason.",
    ),
)
