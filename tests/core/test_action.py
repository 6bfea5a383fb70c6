import pytest

from pentad.core.action import RIGHTS, action, note
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied
from pentad.core.models import AuditLine, OutboxMessage, Setting
from pentad.core.outbox import emit

TOM = Actor("user", "2", "Tom Reyes", frozenset({"people.view"}))
NADIA = Actor("user", "1", "Nadia Karim", frozenset({"people.view", "tests.rename"}))


@action("tests.rename")
def rename(*, actor: Actor, name: str, fails: bool = False) -> str:
    """Rename things."""
    Setting.objects.create(name=name, value=1)
    emit("track", "Thing Renamed", properties={"name": name})
    note(f"thing:{name}", letters=len(name))
    if fails:
        raise RuntimeError("after the change")
    return name.upper()


def rows() -> tuple[int, int, int]:
    return Setting.objects.count(), OutboxMessage.objects.count(), AuditLine.objects.count()


def test_an_allowed_action_commits_change_event_and_audit_line(db: None) -> None:
    assert rename(actor=NADIA, name="bean") == "BEAN"
    assert rows() == (1, 1, 1)
    line = AuditLine.objects.get()
    assert (line.actor, line.actor_name, line.action, line.right) == ("user:1", "Nadia Karim", "rename", "tests.rename")
    assert (line.subject, line.detail) == ("thing:bean", {"letters": 4})


def test_a_denied_action_changes_nothing_and_says_which_right_is_missing(db: None) -> None:
    with pytest.raises(Denied) as caught:
        rename(actor=TOM, name="bean")
    assert (caught.value.code, caught.value.data) == ("denied", {"right": "tests.rename"})
    assert rows() == (0, 0, 0)


def test_a_failing_action_takes_event_and_audit_line_back(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        rename(actor=NADIA, name="bean", fails=True)
    assert rows() == (0, 0, 0)


def test_the_system_may_do_everything(db: None) -> None:
    assert rename(actor=SYSTEM, name="bean") == "BEAN"


def test_rights_are_known_with_what_they_allow() -> None:
    assert RIGHTS["tests.rename"] == "Rename things."


def test_notes_of_a_nested_action_stay_with_it(db: None) -> None:
    @action("tests.rename")
    def outer(*, actor: Actor) -> None:
        note("outer")
        rename(actor=actor, name="inner")
        note(after=True)

    outer(actor=NADIA)
    found = list(AuditLine.objects.order_by("id").values_list("subject", "detail"))
    assert found == [("thing:inner", {"letters": 5}), ("outer", {"after": True})]
