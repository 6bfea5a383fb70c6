"""Records are read as their reader may see them: the way round the rights is open to a few, each for its reason."""

import ast

from tests.architecture.source import name, python_files

RECORDS = {"Person", "Company", "Task"}
AROUND = {
    "src/pentad/content/messages/contexts.py": "composes for whoever was chosen; what an author may speak of is asked when it is written",
    "src/pentad/data/consent/actions.py": "changes what a guard has found to be within reach",
    "src/pentad/data/consent/addressing.py": "finds where a message goes, whoever sends it",
    "src/pentad/data/consent/preference_actions.py": "changes what a guard has found to be within reach",
    "src/pentad/data/consent/tasks.py": "keeps what messages said of everybody",
    "src/pentad/data/identity/actions.py": "changes what a guard has found to be within reach",
    "src/pentad/data/identity/queries.py": "finds the parts and the root of a record, then reads the root as seen",
    "src/pentad/data/identity/store.py": "the loader's: an event belongs to whom it belongs",
    "src/pentad/data/imports/refold.py": "counts again for everybody",
    "src/pentad/data/ingest/again.py": "counts again for everybody",
    "src/pentad/data/ingest/checks.py": "the doctor looks at all rows and names none",
    "src/pentad/data/ingest/loader.py": "the loader's",
    "src/pentad/data/privacy/actions.py": "erases what a guard has found to be within reach",
    "src/pentad/data/profiles/actions.py": "changes what a guard has found to be within reach",
    "src/pentad/data/profiles/company_actions.py": "changes what a guard has found to be within reach",
    "src/pentad/data/profiles/filters.py": "narrows the rows that are seen by an id somebody typed",
    "src/pentad/data/profiles/computed.py": "states what is worked out of everybody",
    "src/pentad/data/profiles/fold.py": "the loader's",
    "src/pentad/data/profiles/lists.py": "finds the parts of rows that are seen",
    "src/pentad/data/profiles/mirror.py": "asks whether there is anybody to mirror",
    "src/pentad/data/profiles/owner_views.py": "reveals one field, by an action that asks for a reason",
    "src/pentad/data/profiles/subjects.py": "the audit log's: tells what a line is about to who may read the log",
    "src/pentad/engage/campaigns/audience.py": "a campaign reaches everybody; only who sees all may start one",
    "src/pentad/engage/campaigns/choosing.py": "writes for everybody a campaign reaches",
    "src/pentad/intelligence/computed/keeping.py": "works traits out for everybody",
    "src/pentad/intelligence/contact/knowing.py": "judges messages to everybody, whoever sends them",
    "src/pentad/intelligence/segments/moves.py": "writes for everybody who enters and leaves",
    "src/pentad/platforms/channels/mailbox.py": "finds the parts of rows that are seen",
    "src/pentad/platforms/responses/people.py": "finds whose a message was, for who holds an address in it and for what is told of it",
    "src/pentad/platforms/channels/queries.py": "finds the root of a part, then asks whether it is seen",
    "src/pentad/platforms/channels/telling.py": "tells of messages in everybody's timeline",
    "src/pentad/roles/work/actions.py": "changes what a guard has found to be within reach",
    "src/pentad/roles/work/bulk_actions.py": "changes what a guard has found to be within reach",
    "src/pentad/roles/work/task_shapes.py": "gives the action title and reason back as they are, masked or not",
    "src/pentad/roles/work/tasks.py": "reminds everybody of what is their own",
}


def around(path_text: str) -> list[int]:
    """Lines that read every record: `Person.objects`, or a manager under another name."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path_text))
        if isinstance(node, ast.Attribute)
        and node.attr in ("objects", "_default_manager", "_base_manager", "all_objects")
        and isinstance(node.value, ast.Name)
        and node.value.id in RECORDS
    ]


def test_only_those_with_a_reason_read_round_the_rights() -> None:
    found = {name(path) for path in python_files("src") if around(path.read_text()) and "/demo/" not in str(path)}
    assert found == set(AROUND), "read with Person.seen or find_person, or say here why not"


def test_no_page_reads_round_the_rights_but_one() -> None:
    pages = [path for path in AROUND if path.endswith(("views.py", "api.py", "screen.py", "entries.py"))]
    assert pages == ["src/pentad/data/profiles/owner_views.py"]
