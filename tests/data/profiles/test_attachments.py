"""Files of notes: told from what is in them, bounded, served only to be saved and only to who may see the customer."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from pentad.core import jobs
from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid, TooLarge
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles import attachments, note_actions
from pentad.data.profiles.models import Attachment, Note
from pentad.data.profiles.rules_files import HEAD, PROGRAM, UNKNOWN, plain_name, type_of
from pentad.roles.access import actions as accounts
from pentad.roles.access.models import User

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"....ftypisom", "video/mp4"),
        (b"<script>alert(1)</script>", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        (("é" * HEAD).encode()[1 : HEAD - 1] + b"x\xc3", UNKNOWN),
        (("x" + "é" * HEAD).encode()[:HEAD], "text/plain"),
        (b"MZ\x90\0", PROGRAM),
        (b"\x7fELF", PROGRAM),
        (b"#!/bin/sh", PROGRAM),
        (b"\0\1\2", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_the_type_is_told_from_what_is_in_it(head: bytes, kind: str) -> None:
    assert type_of(head) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\x\\offer.pdf", "offer.pdf"), ("a\r\nb\0.txt", "a b .txt"), (".", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"), ("Angebot “März”.pdf", "Angebot “März”.pdf"),
    ],
)  # fmt: skip
def test_names_are_names_only(given: str, kept: str) -> None:
    assert plain_name(given) == kept


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(DATA=tmp_path):
        yield tmp_path


@pytest.fixture
def rita(db: None) -> User:
    return accounts.add_user(actor=SYSTEM, email="rita@kestrel.example", name="Rita Osei", role="rep")


@pytest.fixture
def keiko(rita: User) -> Person:
    return Person.objects.create(name="Keiko Yılmaz", known=True, owner=rita)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def upload(name: str = "offer.html", content: bytes = b"<script>secret</script>") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("attachments/*/*") if path.is_file()]


def test_a_file_is_kept_under_a_random_name_and_served_to_be_saved(rita: User, keiko: Person, folder: Path) -> None:
    client = browser(rita)
    page = client.post(f"/people/{keiko.id}/notes/", {"text": "The offer", "files": [upload(), upload("a.png", PNG)]})
    assert "offer.html" in page.content.decode()
    first, second = Attachment.objects.order_by("id")
    assert (first.type, second.type) == ("text/plain", "image/png")
    assert {path.name for path in on_disk(folder)} == {first.key, second.key}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in on_disk(folder))
    answer = client.get(f"/people/notes/files/{first.id}/")
    assert b"".join(answer) == b"<script>secret</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="offer.html"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_who_may_not_see_the_customer_gets_no_file(rita: User, keiko: Person) -> None:
    note = note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=[upload()])
    (row,) = note.files.all()
    sam = accounts.add_user(actor=SYSTEM, email="sam@kestrel.example", name="Sam", role="rep")
    hidden, missing = (browser(sam).get(f"/people/notes/files/{one}/") for one in (row.id, "0"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert browser(sam).post(f"/people/notes/files/{row.id}/remove/").status_code == 404
    note_actions.delete_note(actor=SYSTEM, row=note)
    assert browser(rita).get(f"/people/notes/files/{row.id}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_only_the_author_removes_a_file(rita: User, keiko: Person, folder: Path) -> None:
    browser(rita).post(f"/people/{keiko.id}/notes/", {"text": "x", "files": upload()})
    row = Attachment.objects.get()
    tom = accounts.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom", role="member")
    assert browser(tom).post(f"/people/notes/files/{row.id}/remove/").status_code == 403
    assert browser(rita).post(f"/people/notes/files/{row.id}/remove/").status_code == 200
    assert browser(rita).get(f"/people/notes/files/{row.id}/").status_code == 404
    assert len(on_disk(folder)) == 1, "it can be brought back for 30 days"


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ([upload("run.png", b"MZ\x90\0program")], Invalid),
        ([upload("empty.txt", b"")], Invalid),
        ([upload("big.bin", b"x" * 10_000_001)], TooLarge),
        ([upload(f"{n}.txt") for n in range(11)], Invalid),
        ([upload(), upload("run", b"#!/bin/sh")], Invalid),
    ],
    ids=["program", "empty", "large", "many", "second is a program"],
)
def test_what_is_refused_leaves_nothing(
    keiko: Person, folder: Path, files: list[SimpleUploadedFile], error: type[Exception]
) -> None:
    with pytest.raises(error):
        note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=files)
    assert on_disk(folder) == []
    assert not Note.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_erasure_leaves_no_byte_of_a_file_even_if_it_ends_early(
    keiko: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=[upload()])
    (path,) = on_disk(folder)
    with monkeypatch.context() as dying:
        dying.setattr(attachments, "remove_on_commit", lambda keys: None)
        erase_person(actor=SYSTEM, person=keiko)
    assert not Attachment.objects.exists()
    job = Job.objects.get(kind="privacy.rewrite")
    assert job.payload["files"] == [path.name]
    assert jobs.find("privacy.rewrite").scrub
    attachments.remove(job.payload["files"])
    assert on_disk(folder) == []


@pytest.mark.django_db(transaction=True)
def test_erasure_removes_files_at_once(keiko: Person, folder: Path) -> None:
    note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=[upload()])
    erase_person(actor=SYSTEM, person=keiko)
    assert on_disk(folder) == []


def test_the_sweep_removes_only_old_files_that_no_note_has(keiko: Person, folder: Path) -> None:
    note_actions.add_note(actor=SYSTEM, person=keiko, text="x", files=[upload()])
    (kept,) = on_disk(folder)
    old, fresh = kept.with_name(kept.name[:2] + "0" * 38), kept.with_name(kept.name[:2] + "1" * 38)
    for path in (old, fresh):
        path.write_bytes(b"x")
    for path in (old, kept):
        os.utime(path, (1, 1))
    assert attachments.sweep() == 1
    assert set(on_disk(folder)) == {kept, fresh}
