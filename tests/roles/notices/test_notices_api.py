"""/api/v1/notices: those of the colleague whose key it is, as far as the key may see what they are about."""

import pytest

from pentad.core.actor import SYSTEM, Actor
from pentad.data.identity.models import Person
from pentad.roles.access.models import User
from pentad.roles.access.programs import narrowed
from pentad.roles.notices.actions import notify
from pentad.roles.notices.kinds import FOLLOWED
from pentad.roles.notices.queries import whose
from tests.calling import caller

pytestmark = pytest.mark.django_db


def tell(user: User, about: Person | None, *parts: str | None) -> int:
    made = notify(user_ids=[user.pk], kind=FOLLOWED, parts=parts, why="You follow it.", about=about, by=SYSTEM)
    return made[0].pk


def test_ones_own_notices_are_listed_and_read(rita: User, nadia: User, keiko: Person) -> None:
    about = tell(rita, keiko, "Sam wrote a note on ", None)
    plain = tell(rita, None, "Your import is done")
    tell(nadia, None, "Not for Rita")
    call = caller("rep", rita)
    _, first = call("get", "/notices?limit=1")
    _, second = call("get", f"/notices?limit=1&before={first['next']}")
    assert [first["results"][0]["id"], first["unread"], second["next"]] == [plain, 2, None]
    (noted,) = second["results"]
    assert [noted["text"], noted["about"]] == ["Sam wrote a note on Keiko Yılmaz", f"people:{keiko.id}"]
    assert call("post", "/notices/read", {"ids": [about]})[1] == {"read": 1}
    assert [one["id"] for one in call("get", "/notices?unread=true")[1]["results"]] == [plain]
    assert call("post", "/notices/read", {})[1] == {"read": 1}
    assert caller("admin", nadia)("get", "/notices")[1]["unread"] == 1


def test_a_key_sees_no_notice_of_what_it_may_not_see_and_none_when_it_is_narrowed_or_nobodys(
    rita: User, sam: User, keiko: Person
) -> None:
    tell(rita, keiko, "A note on ", None)
    assert caller("developer", rita, ["notices.own"])("get", "/notices")[1]["results"] == [], "it sees no customers"
    assert caller("rep", rita, ["people.view"])("get", "/notices")[1]["right"] == "notices.own"
    assert caller("rep", sam)("get", "/notices")[1]["results"] == []
    assert caller("admin")("get", "/notices")[1]["code"] == "no_notices"


def test_an_app_reads_the_notices_of_whom_it_acts_for_when_that_is_on_its_list(rita: User) -> None:
    for rights, may in ((["notices.own"], True), (["people.view"], False)):
        app = Actor("app", "reports", "Reports", policy=narrowed(rita, rights))
        assert app.may("notices.own") is may
    assert whose(app) == rita.pk
