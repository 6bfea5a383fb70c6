"""Notices reach those who may see what they are about, say why, and are mailed as each has chosen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from pentad.core import clock
from pentad.core.actor import acting_as
from pentad.data.identity.models import MergeLink, Person
from pentad.data.privacy.actions import erase_person
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices import actions, queries, tasks
from pentad.roles.notices.kinds import FOLLOWED, MENTION
from pentad.roles.notices.models import Follow, Notice
from pentad.roles.notices.rules import digest_line
from tests.roles.notices.conftest import Browser

WHY = "Tom wrote your name in a note."


def tell(*users: User, about: Person | None = None, kind: str = MENTION) -> list[Notice]:
    parts = ["Tom mentioned you in a note on ", None] if about else ["The import is done"]
    return actions.notify(user_ids=[user.pk for user in users], kind=kind, parts=parts, why=WHY, about=about)


def texts(user: User) -> list[str]:
    actor = actor_of(user)
    with acting_as(actor):
        return [one.text for one in queries.notices_of(actor)[0]]


def mailed() -> int:
    done: dict[str, int] = tasks.mail_notices(None)  # type: ignore[arg-type]
    return done["mails"]


def test_only_those_who_may_see_it_are_told(nadia: User, rita: User, sam: User, keiko: Person) -> None:
    made = tell(nadia, rita, sam, about=keiko)
    assert {notice.user_id for notice in made} == {nadia.pk, rita.pk}
    assert texts(rita) == ["Tom mentioned you in a note on Keiko Yılmaz"]


def test_who_did_it_is_not_told(rita: User, nadia: User) -> None:
    made = actions.notify(user_ids=[rita.pk, nadia.pk], kind=MENTION, parts=["x"], why=WHY, by=actor_of(rita))
    assert [notice.user_id for notice in made] == [nadia.pk]


def test_a_record_that_is_lost_from_sight_takes_its_notices_along(
    rita: User, sam: User, keiko: Person, browser: Browser
) -> None:
    (notice,) = tell(rita, about=keiko)
    assert "1 unread" in browser(rita).get("/notices/bell/").content.decode()
    Person.objects.filter(pk=keiko.pk).update(owner=sam)
    assert texts(rita) == []
    assert "unread" not in browser(rita).get("/notices/bell/").content.decode()
    assert browser(rita).get(f"/notices/{notice.pk}/").status_code == 404
    assert "Keiko" not in browser(rita).get("/notices/").content.decode()


def test_a_notice_leads_to_its_record_and_is_read_then(rita: User, sam: User, keiko: Person, browser: Browser) -> None:
    (notice,) = tell(rita, about=keiko)
    page = browser(rita).get("/notices/").content.decode()
    assert "Keiko Yılmaz" in page
    assert WHY in page
    assert browser(sam).get(f"/notices/{notice.pk}/").status_code == 404
    assert browser(rita).get(f"/notices/{notice.pk}/")["Location"] == f"/people/{keiko.id}/"
    notice.refresh_from_db()
    assert notice.read is not None


def test_read_all_touches_nobody_elses(rita: User, nadia: User, browser: Browser) -> None:
    tell(rita, nadia)
    tell(rita)
    browser(rita).post("/notices/read/")
    assert Notice.objects.filter(read=None).values_list("user", flat=True).get() == nadia.pk
    mine = Notice.objects.filter(user=rita).first()
    assert mine
    browser(nadia).post("/notices/unread/", {"id": mine.pk})
    assert not Notice.objects.filter(user=rita, read=None).exists()
    browser(rita).post("/notices/unread/", {"id": mine.pk})
    assert Notice.objects.filter(user=rita, read=None).count() == 1


def test_what_one_chose_not_to_hear_is_not_told(rita: User, browser: Browser) -> None:
    browser(rita).post("/notices/settings/", {f"mail-{MENTION}": "never", f"mail-{FOLLOWED}": "once"})
    assert tell(rita) == []
    (kept,) = tell(rita, kind=FOLLOWED)
    assert (kept.in_app, kept.mail) == (False, "once")
    assert texts(rita) == []
    assert browser(rita).post("/notices/settings/", {f"mail-{MENTION}": "hourly"}).status_code == 400


@pytest.mark.parametrize(
    ("now", "line"), [("2026-03-02T07:00", "2026-03-02T07:00"), ("2026-03-02T06:59", "2026-03-01T07:00")]
)
def test_the_digest_holds_what_came_before_its_hour(now: str, line: str) -> None:
    assert digest_line(datetime.fromisoformat(now), 7) == datetime.fromisoformat(line)


def test_mail_goes_at_once_or_once_a_day_and_only_once(
    rita: User, nadia: User, sam: User, keiko: Person, settings: object
) -> None:
    settings.MAIL = True  # type: ignore[attr-defined]
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.held(start):
        actions.choose(actor=actor_of(nadia), kind=MENTION, in_app=True, mail="once")
        tell(nadia, rita, about=keiko)
        tell(rita)
        (seen_already,) = tell(sam)
        actions.mark_read(actor=actor_of(sam))
        assert mailed() == 1
        assert mail.outbox[0].to == ["nadia@kestrel.example"]
        assert mail.outbox[0].subject == "Tom mentioned you in a note on Keiko Yılmaz"
        assert mailed() == 0
    Person.objects.filter(pk=keiko.pk).update(owner=sam)
    with clock.held(start + timedelta(days=1)):
        assert mailed() == 1
        assert "The import is done" in mail.outbox[1].body
        assert "Keiko" not in mail.outbox[1].body
        assert mailed() == 0
    seen_already.refresh_from_db()
    assert seen_already.mailed is not None


def test_followers_hear_of_a_merged_customer_and_can_stop(rita: User, nadia: User, keiko: Person) -> None:
    with acting_as(actor_of(nadia)):
        actions.follow(actor=actor_of(nadia), record=keiko)
    root = Person.objects.create(name="Keiko", owner=rita)
    Person.objects.filter(pk=keiko.pk).update(root=root)
    MergeLink.objects.create(keep=root, other=keiko, evidence={}, actor="user:1")
    actions.tell_followers(actor=actor_of(rita), about=root, parts=["Rita wrote a note on ", None])
    assert texts(nadia) == ["Rita wrote a note on Keiko"]
    actions.unfollow(actor=actor_of(nadia), record=root)
    assert not Follow.objects.exists()


def test_following_needs_the_right_to_see(sam: User, rita: User, keiko: Person, browser: Browser) -> None:
    assert browser(sam).post("/notices/follow/", {"about": f"people:{keiko.id}"}).status_code == 404
    assert browser(rita).post("/notices/follow/", {"about": f"people:{keiko.id}"}).status_code == 200
    assert Follow.objects.get().user == rita
    browser(rita).post("/notices/follow/", {"about": f"people:{keiko.id}"})
    assert not Follow.objects.exists()


def test_colleagues_are_offered_only_if_they_may_see_the_customer(
    nadia: User, rita: User, sam: User, keiko: Person, browser: Browser
) -> None:
    def offered(query: str) -> str:
        return browser(rita).get(f"/notices/colleagues/?about=people:{keiko.id}&q={query}").content.decode()

    assert "Nadia" in offered("na")
    assert "Rita" in offered("")
    assert "Sam" not in offered("")
    assert "Nadia" not in offered("rita")


@pytest.mark.django_db(transaction=True)
def test_erasure_takes_notices_and_followers_along(nadia: User, keiko: Person) -> None:
    tell(nadia, about=keiko)
    actions.follow(actor=actor_of(nadia), record=keiko)
    erase_person(actor=actor_of(nadia), person=keiko)
    assert not Notice.objects.exists()
    assert not Follow.objects.exists()
