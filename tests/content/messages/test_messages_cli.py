"""`pentad message …`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pentad.cli import command_line
from pentad.config import bootstrap
from pentad.content.messages import queries
from pentad.core.errors import Invalid
from tests.content.writing import content, purpose, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on the database of the test."""
    monkeypatch.setattr(bootstrap, "setup", lambda *_, **__: None)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command_line(), ["message", *arguments])


def test_a_message_is_saved_checked_shown_and_tried(tmp_path: Path) -> None:
    file, ann = tmp_path / "hello.json", somebody("Ann Smith")
    file.write_text(json.dumps(content(sms={"body": "Hi {{ customer.nick }}"})))
    saving = ("save", "Hello", "--content", str(file), "--purpose", purpose())
    refused = run(*saving, "--publish")
    assert isinstance(refused.exception, Invalid) and queries.named("Hello") is None
    id = run(*saving).output.strip()
    checked = run("check", "hello")
    assert (checked.exit_code, checked.output.split("\t")[:2]) == (1, ["stop", "unknown_variable"])
    file.write_text(json.dumps(content(sms={"body": "Hi {{ customer.first_name | default: 'you' }}"})))
    assert run(*saving, "--publish").output.strip() == id
    assert run("list", "--state", "published").output == f"{id}\tHello\tpublished\t2\t2\tsms\n"
    assert run("check", id).exit_code == 0
    assert json.loads(run("show", "Hello").output) == json.loads(file.read_text())
    shown = json.loads(run("preview", "Hello", "--channel", "sms", "--person", ann.id).output)
    assert shown["content"] == {"body": "Hi Ann"}
    file.write_text("{")
    assert "is no JSON" in str(run(*saving).exception)
