"""What customers choose by an address in a message: on a telephone, without scripts, readable by everybody."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE
from tests.inside import Inside
from tests.serving import Server

WRITE = """
from pentad.data.identity.models import Person
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import Delivery, SKIPPED
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.addresses import addresses
person = Person.objects.get(id=id)
gates = [["suppression", True, "not suppressed"], ["cap", False, "3 messages in 7 days, at most 3"]]
enqueue([Item("api:browser", person.no, "email", {"text": "Beans"}, purpose=purpose, origin_kind="api")])
Delivery.objects.filter(key="api:browser").update(state=SKIPPED, gates=gates)
result = addresses(Delivery.objects.get(key="api:browser")).preferences
"""


def test_preferences_without_scripts_and_what_a_colleague_sees_of_it(
    browser: Browser, kestrel: Server, page: Page, customer: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    person = customer("Ida Lund", email="ida.lund@fjord.example")
    purpose = kestrel.api("/consent/purposes")["results"][0]
    inside = Inside(kestrel)
    path = "/" + inside.run(WRITE, id=person, purpose=purpose["name"]).split("/", 3)[3]
    inside.close()
    context = browser.new_context(base_url=kestrel.url, viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    theirs = context.new_page()
    theirs.goto(path)
    choice = theirs.get_by_role("group", name=purpose["label"]).get_by_label("E-mail")
    choice.select_option("At most one a week")
    theirs.get_by_label("Pause everything").select_option("For 30 days")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_role("status")).to_contain_text("Saved")
    expect(choice).to_have_value("weekly")
    expect(theirs.get_by_text("Everything is paused until")).to_be_visible()
    assert context.cookies() == [], "nothing is set on who did not sign in"
    context.close()
    page.set_extra_http_headers({"Accept-Language": "pl, en;q=0.5"})
    page.goto(path)
    expect(page.get_by_role("heading", name="Co chcesz otrzymywać?")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "pl" and axe(page) == []
    page.set_extra_http_headers({})
    page.goto(f"/people/{person}/")
    page.get_by_role("link", name="All, and why").click()
    expect(page.get_by_text("3 messages in 7 days, at most 3")).to_be_visible()
    assert axe(page) == []
