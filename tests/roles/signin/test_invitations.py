"""Coming in by invitation, back in by a link, and what happens after too many wrong passwords."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.models import AuditLine, Job
from pentad.core.settings import put
from pentad.roles.access import queries
from pentad.roles.access.invitations import tasks
from pentad.roles.access.invitations.actions import accept, invite, revoke_invitation
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.queries import path_of
from pentad.roles.access.models import User

pytestmark = pytest.mark.django_db
LEA = {"name": "Lea Sommer", "password": "single-origin"}


def ask(email: str = "lea@kestrel.example", role: str = "member") -> Invitation:
    return invite(actor=SYSTEM, email=email, role=role)


def token_of(invitation: Invitation) -> str:
    return path_of(invitation).split("/")[-2]


class TestInvitation:
    def test_leads_from_the_link_to_being_signed_in(self, client: Client, nadia: User) -> None:
        made = ask(" LEA@kestrel.example")
        page = client.get(path_of(made)).content.decode()
        assert "lea@kestrel.example" in page
        assert client.post(path_of(made), LEA).headers["Location"] == "/"
        assert client.get("/account/").status_code == 200
        lea = User.objects.get(email="lea@kestrel.example")
        assert (lea.name, lea.role) == ("Lea Sommer", "member")
        made.refresh_from_db()
        assert (made.state, made.user) == (Invitation.ACCEPTED, lea)
        line = AuditLine.objects.get(action="add_user", subject=f"user:{lea.pk}")
        assert line.actor == f"system:invitation-{made.id}"

    def test_works_once(self, nadia: User) -> None:
        made = ask()
        accept(token=token_of(made), **LEA)
        with pytest.raises(Conflict) as fault:
            accept(token=token_of(made), name="Eve", password="single-origin")
        assert fault.value.code == "invitation_closed"
        assert Client().get(path_of(made)).status_code == 409

    def test_ends_by_itself(self, nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
        made = ask()
        later = clock.now() + timedelta(days=7)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert made.state == Invitation.EXPIRED
        with pytest.raises(Conflict):
            accept(token=token_of(made), **LEA)

    def test_is_taken_back(self, client: Client, nadia: User) -> None:
        made = ask()
        client.force_login(nadia)
        page = client.post(f"/settings/invitations/{made.id}/revoke/", follow=True).content.decode()
        assert "Revoked" in page
        with pytest.raises(Conflict):
            accept(token=token_of(made), **LEA)
        assert AuditLine.objects.get(action="revoke_invitation").actor == f"user:{nadia.pk}"

    def test_a_second_one_replaces_the_first(self, nadia: User) -> None:
        first, second = ask(), ask(role="admin")
        with pytest.raises(Conflict):
            accept(token=token_of(first), **LEA)
        assert accept(token=token_of(second), **LEA).role == "admin"

    def test_an_accepted_one_cannot_be_taken_back(self, nadia: User) -> None:
        made = ask()
        accept(token=token_of(made), **LEA)
        with pytest.raises(Conflict) as fault:
            revoke_invitation(actor=SYSTEM, invitation=made)
        assert fault.value.code == "invitation_accepted"

    @pytest.mark.parametrize("change", ["x", ""])
    def test_a_link_cannot_be_made_up(self, client: Client, nadia: User, change: str) -> None:
        made = ask()
        path = path_of(made).rstrip("/") + "x/" if change else f"/join/{made.id}/"
        assert client.post(path, LEA).status_code == 409
        assert User.objects.count() == 1

    def test_a_weak_password_is_refused_and_the_invitation_stays(self, client: Client, nadia: User) -> None:
        made = ask()
        answer = client.post(path_of(made), {"name": "Lea", "password": "short"})
        assert answer.status_code == 422
        assert "at least 10 characters" in answer.content.decode()
        assert accept(token=token_of(made), **LEA)

    def test_refuses(self, nadia: User, tom: User) -> None:
        for email, role, kind in (
            ("lea", "member", Invalid),
            ("l@k.example", "king", Invalid),
            (tom.email, "member", Conflict),
        ):
            with pytest.raises(kind):
                ask(email, role)
        with pytest.raises(Denied):
            invite(actor=queries.actor_of(tom), email="eve@x.example", role="admin")

    def test_is_sent_by_mail_when_mail_can_be_sent(self, client: Client, nadia: User, settings: Any) -> None:
        client.force_login(nadia)
        client.post("/settings/people/", {"email": "lea@kestrel.example", "role": "member"})
        assert not Job.objects.exists()
        settings.MAIL = True
        client.post("/settings/people/", {"email": "lea@kestrel.example", "role": "member"})
        job = Job.objects.get()
        link = path_of(Invitation.objects.latest("created"))
        assert link not in str(job.payload), "what is as good as a password is not kept in the table of jobs"
        tasks.mail_invitation(None, **job.payload)  # type: ignore[arg-type]
        (sent,) = mail.outbox
        assert sent.to == ["lea@kestrel.example"]
        assert sent.subject == "Nadia Karim invites you to Pentad"
        assert f"http://testserver{link}" in sent.body


class TestPasswordLink:
    @pytest.fixture
    def mails(self, settings: Any) -> None:
        settings.MAIL = True
        put("access.site", "https://cx.kestrel.example/")

    def _asked(self, email: str) -> str:
        page = Client(HTTP_HOST="evil.example").post("/signin/forgot/", {"email": email}).content.decode()
        tasks.mail_link(None, **Job.objects.latest("pk").payload)  # type: ignore[arg-type]
        return page

    def test_sets_a_password_once_and_keeps_to_the_configured_address(self, mails: None, tom: User) -> None:
        self._asked("Tom@kestrel.example")
        link = re.search(r"https://cx\.kestrel\.example(/password/\S+)", mail.outbox[0].body)
        assert link, "never the host that a stranger's request named"
        guest = Client()
        where = guest.get(link[1], follow=True).redirect_chain[-1][0]
        guest.post(where, {"password1": "single-origin", "password2": "single-origin"})
        signed = {"login": tom.email, "password": "single-origin"}
        assert Client().post("/signin/", signed).status_code == 302
        assert "no longer works" in Client().get(link[1]).content.decode()

    def test_an_unknown_address_looks_the_same(self, mails: None, tom: User) -> None:
        tom.set_unusable_password()
        tom.save()
        plain = re.compile(r'<input type="hidden" name="csrf[^>]+>|content="[^"]*"|X-CSRFToken[^}]*')
        pages = {plain.sub("", self._asked(email)) for email in ("nobody@kestrel.example", "tom@kestrel.example")}
        assert len(pages) == 1
        assert "is on its way" in pages.pop()
        assert mail.outbox == [], "who signs in by single sign-on gets no password through the back door"

    def test_is_not_offered_without_mail(self, client: Client, tom: User) -> None:
        assert "Ask an administrator" in client.get("/signin/forgot/").content.decode()
        assert "Ask an administrator" in client.post("/signin/forgot/", {"email": tom.email}).content.decode()
        assert not Job.objects.exists()

    def test_is_asked_for_three_times_a_minute(self, mails: None, client: Client, tom: User) -> None:
        asked = [client.post("/signin/forgot/", {"email": tom.email}).status_code for _ in range(4)]
        assert asked == [200, 200, 200, 429]


class TestLockout:
    def _miss(self, email: str) -> None:
        for _ in range(8):
            answer = Client().post("/signin/", {"login": email, "password": "wrong"})
        assert answer.status_code == 429

    def test_the_page_says_when_to_try_again(self, tom: User, monkeypatch: pytest.MonkeyPatch) -> None:
        self._miss(tom.email)
        start = clock.now()
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=5, seconds=30))
        locked = Client().post("/signin/", {"login": tom.email, "password": "kestrel-demo"})
        again = start + timedelta(minutes=15)
        assert f"Try again in 10 minutes, after {again:%H:%M} UTC" in locked.content.decode()
        assert 560 <= int(locked.headers["Retry-After"]) <= 600

    def test_an_administrator_opens_it(self, client: Client, nadia: User, tom: User) -> None:
        self._miss(tom.email)
        client.force_login(nadia)
        assert "Locked" in client.get("/settings/people/").content.decode()
        client.post(f"/settings/people/{tom.pk}/", {"locked": "0"})
        assert "Locked" not in client.get("/settings/people/").content.decode()
        assert Client().post("/signin/", {"login": tom.email, "password": "kestrel-demo"}).status_code == 302
        assert AuditLine.objects.get(action="unlock_user").subject == f"user:{tom.pk}"
