"""The loop as a table: what happens to an event, stage by stage, and which function does it.

`ARCHITECTURE.md` shows the same table; tests hold both against the tree: each function exists and each
stage takes only what an earlier one gives. Imports nothing, so that anything may read it.
"""

from typing import NamedTuple


class Stage(NamedTuple):
    stage: str
    function: str  # dotted path
    takes: str  # comma-separated
    gives: str
    sentence: str


LOOP: tuple[Stage, ...] = (
    Stage(
        "accept",
        "pentad.data.ingest.asgi.TrackingApp",
        "request",
        "frame",
        "Checks key, size and shape, translates foreign dialects, and answers 200 once the frame is on disk.",
    ),
    Stage(
        "keep",
        "pentad.data.ingest.inbox.Inbox.append",
        "frame",
        "inbox log",
        "Appends frames to this process's log; one fdatasync serves all requests that wait for it.",
    ),
    Stage(
        "slice",
        "pentad.data.ingest.slices.stage",
        "inbox log",
        "messages",
        "Reads a slice of the log, corrects times, sets invalid messages aside, tells duplicates apart.",
    ),
    Stage(
        "resolve",
        "pentad.data.identity.resolver.Resolver.resolve",
        "messages",
        "persons",
        "Finds or creates the person of each distinct combination of identifiers; links, or opens a conflict.",
    ),
    Stage(
        "profile",
        "pentad.data.profiles.fold.fold",
        "messages, persons",
        "traits",
        "Folds traits with source and time into profiles and companies, in the transaction of the offset.",
    ),
    Stage(
        "store",
        "pentad.ledger.protocol.Ledger.append",
        "messages, persons",
        "events",
        "Appends events, duplicates, quarantine and counts with the ledger's own offset, atomically.",
    ),
    Stage(
        "mirror",
        "pentad.data.profiles.mirror.Mirror.turn",
        "traits, events",
        "people",
        "Writes who changed beside the events, where questions about everybody are asked, and tells who listens.",
    ),
    Stage(
        "compute",
        "pentad.intelligence.computed.keeping.some_people",
        "people, events",
        "traits",
        "Works computed traits out again of the few who changed, and states them as a source of their own.",
    ),
    Stage(
        "segment",
        "pentad.intelligence.segments.refresh.some_people",
        "people, events",
        "members",
        "Asks every saved segment again of the few who changed; who enters and leaves is told as an event.",
    ),
    Stage(
        "choose",
        "pentad.engage.campaigns.choosing.Chooser",
        "members, people",
        "recipients",
        "A run of a campaign chooses its customers, parts them into arms and holdout, and gives each a time.",
    ),
    Stage(
        "compose",
        "pentad.content.messages.composing.Composer.compose",
        "recipients, people",
        "texts",
        "Finishes a message for each customer, in their language, set by set.",
    ),
    Stage(
        "deliver",
        "pentad.platforms.channels.sending.turn",
        "texts",
        "deliveries",
        "Asks the contact policy, writes the attempt down, and hands each message over once.",
    ),
    Stage(
        "respond",
        "pentad.platforms.responses.settling.settle",
        "deliveries",
        "responses",
        "Judges whether opens and clicks were a person’s, and tells of them as events.",
    ),
    Stage(
        "measure",
        "pentad.intelligence.experiments.measuring.measured",
        "events",
        "results",
        "Adds up what each arm of a campaign did, and says what may be concluded, whenever one looks.",
    ),
    Stage(
        "audit",
        "pentad.data.ingest.audit.missing_messages",
        "inbox log, events",
        "receipts",
        "Reads a finished log once more by other queries; only a log of which nothing is missing is deleted.",
    ),
    Stage(
        "show",
        "pentad.data.profiles.queries.timeline",
        "events, traits",
        "pages",
        "Screens and API read one profile and one timeline; every merge and trait tells where it comes from.",
    ),
    Stage(
        "act",
        "pentad.core.action.action",
        "pages",
        "change",
        "A person or program changes something: right, change, event and audit line in one transaction.",
    ),
    Stage(
        "tell",
        "pentad.core.outbox.relay",
        "change",
        "frame",
        "Hands the events of committed changes to the inbox, and round it goes.",
    ),
)
