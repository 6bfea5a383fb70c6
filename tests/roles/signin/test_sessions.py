"""Where somebody is signed in: listed, told apart, ended at the next request."""

from datetime import timedelta

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied
from pentad.core.models import AuditLine
from pentad.roles.access import actions, queries
from pentad.roles.access.models import User
from pentad.roles.access.sessions import rules
from pentad.roles.access.sessions.actions import end_sessions
from pentad.roles.access.sessions.models import BrowserSession
from pentad.roles.access.sessions.queries import sessions_of
from pentad.roles.access.tasks import sweep

pytestmark = pytest.mark.django_db
PASSWORD = "kestrel-demo"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile Safari/604.1"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36 Edg/150.0"


def browser(user: User, agent: str = FIREFOX, address: str = "198.51.100.7") -> Client:
    """Signed in through the page, as browsers are."""
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/signin/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize(
    ("agent", "name", "device"),
    [
        (IPHONE, "Safari", "iPhone"),
        (FIREFOX, "Firefox", "Linux"),
        (EDGE, "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("", "Unknown browser", "Unknown device"),
    ],
)
def test_browsers_are_told_apart(agent: str, name: str, device: str) -> None:
    assert (rules.browser_of(agent), rules.device_of(agent)) == (name, device)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("127.0.0.1", "This server"),
        ("10.1.2.3", "Private network"),
        ("fd00::1", "Private network"),
        ("8.8.8.8", "Internet"),
        ("", "Unknown place"),
    ],
)
def test_places(address: str, place: str) -> None:
    assert rules.place_of(address) == place


def test_each_browser_has_its_row_and_this_one_is_marked(nadia: User) -> None:
    browser(nadia, IPHONE, "10.0.0.9")
    page = browser(nadia).get("/account/sessions/").content.decode()
    assert page.count("data-session=") == 2
    assert page.count("This browser") == 1
    for text in ("Safari on iPhone", "Firefox on Linux", "Private network", "10.0.0.9", "198.51.100.7"):
        assert text in page


def test_one_is_signed_out_at_its_next_request(nadia: User) -> None:
    phone, desk = browser(nadia, IPHONE), browser(nadia)
    row = sessions_of(nadia).get(agent=IPHONE)
    desk.post("/account/sessions/", {"session": row.pk})
    assert phone.get("/account/").status_code == 302
    assert desk.get("/account/").status_code == 200
    line = AuditLine.objects.get(action="end_session")
    assert (line.actor, line.subject, line.detail) == (f"user:{nadia.pk}", f"user:{nadia.pk}", {"ended": 1})


def test_all_others_are_signed_out_and_this_one_stays(nadia: User) -> None:
    others, desk = [browser(nadia), browser(nadia, IPHONE)], browser(nadia, EDGE)
    desk.post("/account/sessions/", {})
    assert [other.get("/account/").status_code for other in others] == [302, 302]
    assert desk.get("/account/").status_code == 200
    assert [row.browser for row in sessions_of(nadia)] == ["Edge"]


def test_signing_this_one_out_leads_to_the_sign_in_page(nadia: User) -> None:
    desk = browser(nadia)
    answer = desk.post("/account/sessions/", {"session": sessions_of(nadia).get().pk})
    assert answer.headers["Location"] == "/signin/"
    assert desk.get("/account/").status_code == 302


def test_administrators_see_and_end_a_colleagues_members_do_not(nadia: User, tom: User) -> None:
    hers, his = browser(nadia), browser(tom)
    path = f"/settings/people/{tom.pk}/sessions/"
    assert "Firefox on Linux" in hers.get(path).content.decode()
    assert his.get(f"/settings/people/{nadia.pk}/sessions/").status_code == 403
    his.post("/account/sessions/", {"session": sessions_of(nadia).get().pk})
    assert hers.get("/account/").status_code == 200, "an id of somebody else's is not found"
    with pytest.raises(Denied):
        end_sessions(actor=queries.actor_of(tom), user=nadia)
    hers.post(path, {})
    assert his.get("/account/").status_code == 302


@pytest.mark.parametrize("change", ["role", "active", "password", "second step"])
def test_what_changes_an_account_ends_its_sessions(nadia: User, tom: User, change: str) -> None:
    his = browser(tom)
    assert his.get("/account/").status_code == 200
    if change == "role":
        actions.change_user(actor=SYSTEM, user=tom, role="admin")
    elif change == "active":
        actions.change_user(actor=SYSTEM, user=tom, active=False)
    elif change == "password":
        actions.set_password(actor=SYSTEM, user=tom, password="single-origin")
    else:
        actions.remove_second_step(actor=SYSTEM, user=tom)
    assert not sessions_of(tom)
    assert his.get("/account/").status_code == 302


def test_a_new_password_of_ones_own_keeps_this_browser_only(nadia: User) -> None:
    browser(nadia, IPHONE)
    desk = browser(nadia)
    new = {"oldpassword": PASSWORD, "password1": "roast-and-grind", "password2": "roast-and-grind"}
    assert desk.post("/account/password/", new).status_code == 302
    assert "Firefox on Linux" in desk.get("/account/sessions/").content.decode()
    assert sessions_of(nadia).count() == BrowserSession.objects.count() == 1


def test_being_seen_is_noted_once_a_minute(nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = browser(nadia)
    start = sessions_of(nadia).get().last_seen
    for seconds, seen in ((50, 0), (70, 70)):
        monkeypatch.setattr(clock, "now", lambda seconds=seconds: start + timedelta(seconds=seconds))
        desk.get("/account/")
        assert sessions_of(nadia).get().last_seen == start + timedelta(seconds=seen)


def test_the_daily_sweep_forgets_rows_of_ended_sessions(nadia: User) -> None:
    browser(nadia)
    browser(nadia).post("/signout/")
    assert BrowserSession.objects.count() == 2
    sweep(None)  # type: ignore[arg-type]
    assert BrowserSession.objects.count() == 1
