"""@segment/analytics-next 1.84.3 in a real browser: what it sends arrives once, and nothing goes to any other host."""

import json
from datetime import UTC, datetime

import pytest

from pentad.data.ingest.browser.library import snippet
from tests.clients.browsing import Visit, Website, chromium
from tests.clients.installing import node_modules
from tests.inside import Inside


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def website():
    site = Website()
    yield site
    site.close()


@pytest.fixture
def visit(browser, module_server, website):
    visitor = Visit(browser, module_server.url, website.url)
    yield visitor
    visitor.close()


def wait_for(visit, expression):
    visit.page.wait_for_function(expression, timeout=20_000)


def events_of(visit, server, identifier, count):
    """The events of a person once there are `count`, oldest first, without their times."""

    def found():
        person = server.person(identifier)
        events = server.events(person["id"]) if person else []
        return events if len(events) >= count else None

    events = visit.until(found)
    assert len(events) == count, events
    assert len({e["message_id"] for e in events}) == count
    for event in events:
        assert abs((datetime.fromisoformat(event["timestamp"]) - datetime.now(UTC)).total_seconds()) < 60
    return sorted((e["type"], e["name"]) for e in events)


def bundled(server, key, options="{}"):
    """A page that brings the library from npm with it, and reads its settings from us."""
    return f"""<!doctype html><title>Beans</title><script src="/index.js"></script><script>
    window.analytics = AnalyticsNext.AnalyticsBrowser.load({{writeKey: {json.dumps(key)}, cdnURL: {json.dumps(server.url)}}}, {options});
    analytics.page();</script>"""


def with_snippet(server, key, more=""):
    return f"<!doctype html><html><head><title>Beans</title>{snippet(key, server.url)}</head><body>{more}</body></html>"


@pytest.mark.parametrize("mode", ["snippet", "npm", "npm-batching"])
def test_a_visit_becomes_one_person_with_every_event_once(module_server, website, visit, mode):
    key = module_server.add_source(mode)
    website.pages["/index.js"] = (node_modules() / "node_modules/@segment/analytics-next/dist/umd/index.js").read_text()
    batching = (
        '{integrations: {"Segment.io": {deliveryStrategy: {strategy: "batching", config: {size: 3, timeout: 500}}}}}'
    )
    website.pages["/"] = (
        with_snippet(module_server, key) if mode == "snippet"
        else bundled(module_server, key, batching if mode == "npm-batching" else "{}")
    )  # fmt: skip
    user = f"{mode}-keiko"
    visit.page.clock.install()
    visit.page.goto(f"{website.url}/?utm_source=letter")
    visit.page.evaluate(
        """async user => {
            await analytics.track('Product Viewed', {product_id: 'p-1', note: 'Kenya ☕'});
            await analytics.identify(user, {name: 'Keiko Yılmaz', email: user + '@fjord.example'});
            await analytics.track('Order Completed', {total: 18.5});
            await analytics.group(user + '-lumen', {name: 'Lumen Health'});
        }""",
        user,
    ) if mode != "npm-batching" else visit.page.evaluate(
        """user => {
            analytics.track('Product Viewed', {product_id: 'p-1', note: 'Kenya ☕'});
            analytics.identify(user, {name: 'Keiko Yılmaz', email: user + '@fjord.example'});
            analytics.track('Order Completed', {total: 18.5});
            analytics.group(user + '-lumen', {name: 'Lumen Health'});
        }""",
        user,
    )
    visit.page.clock.run_for(2_000)
    seen = events_of(visit, module_server, f"user_id:{user}", 5)
    assert seen == [
        ("group", ""),
        ("identify", ""),
        ("page", ""),
        ("track", "Order Completed"),
        ("track", "Product Viewed"),
    ]
    person = module_server.person(f"user_id:{user}")
    assert person["traits"]["name"] == "Keiko Yılmaz"
    assert {i["namespace"] for i in person["identifiers"]} >= {"user_id", "anonymous_id", "email"}
    visit.page.clock.fast_forward(10 * 60_000)  # telemetry would leave after 30 s
    visit.page.goto(f"{website.url}/elsewhere")
    assert visit.strangers() == []
    totals = module_server.settled(mode, 5)
    assert (totals["stored"], totals["duplicate"], totals["quarantined"]) == (5, 0, 0)
    paths = {request.url.removeprefix(module_server.url) for request in visit.posts()}
    assert paths == ({"/v1/b"} if mode == "npm-batching" else {"/v1/t", "/v1/i", "/v1/p", "/v1/g"})


def test_what_waits_in_a_batch_leaves_when_the_page_closes(module_server, website, visit):
    key = module_server.add_source("closing")
    options = (
        '{integrations: {"Segment.io": {deliveryStrategy: {strategy: "batching", config: {size: 50, timeout: 60000}}}}}'
    )
    website.pages["/index.js"] = (node_modules() / "node_modules/@segment/analytics-next/dist/umd/index.js").read_text()
    website.pages["/"] = bundled(module_server, key, options)
    visit.trust()
    visit.page.goto(website.url)
    wait_for(visit, "window.analytics.instance && analytics.instance.initialized")
    visit.page.evaluate("analytics.identify('closing-keiko')")
    visit.page.goto(f"{website.url}/elsewhere")
    assert events_of(visit, module_server, "user_id:closing-keiko", 2) == [("identify", ""), ("page", "")]
    assert visit.strangers() == []


def test_links_with_identities_load_their_chunk_from_us(module_server, website, visit):
    key = module_server.add_source("links")
    website.pages["/"] = with_snippet(module_server, key)
    visit.page.goto(f"{website.url}/?ajs_uid=links-keiko&ajs_event=Letter%20Opened&ajs_prop_letter=spring")
    found = events_of(visit, module_server, "user_id:links-keiko", 3)
    assert found == [("identify", ""), ("page", ""), ("track", "Letter Opened")]
    assert any("/analytics-next/bundles/queryString" in r.url for r in visit.requests)
    assert visit.strangers() == []


def test_clicked_links_load_their_chunk_from_us(module_server, website, visit):
    key = module_server.add_source("clicks")
    website.pages["/"] = with_snippet(module_server, key, '<a id="go" href="/elsewhere">Go</a>')
    visit.page.goto(website.url)
    wait_for(visit, "analytics.initialized")
    visit.page.evaluate("""analytics.identify('clicks-keiko').then(() =>
        analytics.trackLink(document.getElementById('go'), 'Link Clicked', {}))""")
    visit.page.wait_for_load_state("networkidle")
    visit.page.click("#go")
    visit.page.wait_for_url("**/elsewhere")
    assert ("track", "Link Clicked") in events_of(visit, module_server, "user_id:clicks-keiko", 3)
    assert any("/analytics-next/bundles/auto-track" in r.url for r in visit.requests)
    assert visit.strangers() == []


SETTINGS = "**/v1/projects/*/settings"


@pytest.mark.parametrize(
    ("trap", "change"),
    [
        ("no Segment.io", lambda s: {**s, "integrations": {}}),
        (
            "another integration",
            lambda s: {**s, "integrations": {**s["integrations"], "Other Vendor": {"versionSettings": {}}}},
        ),
        ("empty", lambda s: {}),
        ("no metrics", lambda s: {k: v for k, v in s.items() if k != "metrics"}),
        ("vendor's metrics", lambda s: {**s, "metrics": {"sampleRate": 1}}),
        ("no address", lambda s: {**s, "integrations": {"Segment.io": {"apiKey": "x"}}}),
        ("plan", lambda s: {**s, "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}}}),
    ],
)
def test_even_spoilt_settings_lead_nowhere_else(module_server, website, visit, trap, change):
    """The silent traps: with the vendor's own file, each of these sends something to the vendor."""

    def spoil(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=change(answer.json()))

    visit.context.route(SETTINGS, spoil)
    website.pages["/"] = with_snippet(module_server, module_server.write_key)
    visit.page.clock.install()
    visit.page.goto(website.url)
    visit.page.evaluate("analytics.track('Order Completed')")
    visit.page.wait_for_load_state("networkidle")
    visit.page.clock.run_for(40_000)
    visit.page.evaluate("analytics.track('Order Completed again')")
    visit.page.wait_for_load_state("networkidle")
    assert any(SETTINGS[2:14] in r.url for r in visit.requests)
    assert visit.strangers() == []


def test_another_script_of_that_family_does_not_lead_astray(module_server, website, visit):
    decoy = '<script type="text/plain" src="https://cdn.example.com/analytics.js/v1/theirs/analytics.min.js"></script>'
    website.pages["/"] = with_snippet(module_server, module_server.write_key, decoy).replace(
        "<title>", decoy + "<title>"
    )
    visit.page.goto(website.url)
    wait_for(visit, "analytics.initialized")
    assert any(r.url == f"{module_server.url}/v1/projects/{module_server.write_key}/settings" for r in visit.requests)
    assert visit.strangers() == []


def test_an_alias_to_oneself_harms_nothing(module_server, website, visit):
    key = module_server.add_source("alias")
    website.pages["/"] = with_snippet(module_server, key)
    visit.page.goto(website.url)
    visit.page.evaluate("""async () => { await analytics.identify('alias-keiko'); await analytics.alias('alias-other');
        await analytics.track('After') }""")
    totals = visit.until(lambda: (t := module_server.totals("alias"))["stored"] == 4 and t)
    assert totals["quarantined"] == 0
    assert module_server.person("user_id:alias-keiko")
    assert visit.strangers() == []


def test_a_wrong_key_is_told_in_the_console(module_server, website, visit):
    website.pages["/"] = with_snippet(module_server, "nonsense")
    visit.page.goto(website.url)
    visit.until(lambda: any("No source has the write key" in line for line in visit.said))
    assert visit.strangers() == []


PUT = """
from pentad.data.consent.actions import declare_purpose, record_consent
from pentad.data.identity.queries import person_by_identifier
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policy import Cap, Policy
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.models import Response
declare_purpose(actor=SYSTEM, name="news", label="News")
save_policy(actor=SYSTEM, policy=Policy(caps=(Cap(2, 24, "inapp"),)))
person = person_by_identifier("anonymous_id", browser)
record_consent(actor=SYSTEM, person=person, purpose="news", state="granted")
for number in (1, 2, 3):
    said = {"title": f"No {number}", "body": "Beans", "url": "{{{link:0}}}", "button": "Look"}
    enqueue([Item(f"api:{number}", person.no, "inapp", said, [link], purpose="news", origin_kind="api", origin_id=str(number))])
"""
BECAME = """
result = [
    (row.state, row.reason, sorted(Response.objects.filter(delivery_no=row.pk).values_list("kind", flat=True)))
    for row in Delivery.objects.order_by("id")
]
"""


def test_a_message_meets_the_visitor_whom_the_library_knows(module_server, website, browser):
    """Two of three that wait, since no more may be shown a day: one is closed, one followed."""
    server, visit = module_server, Visit(browser)
    told = {"channel": "inapp", "adapter": "inapp", "name": "Website"}
    id = server.api("/destinations", told, status=201)["id"]
    script = f'<script async src="{server.url}/web/messages.js" data-inapp="{id}"></script>'
    website.pages["/"] = with_snippet(server, server.add_source("shown"), script)
    visit.trust()
    visit.page.add_init_script(
        "const made = Element.prototype.attachShadow; Element.prototype.attachShadow = function () {"
        " return made.call(this, { mode: 'open' }); };"
    )
    visit.page.goto(website.url)
    wait_for(visit, "analytics.initialized && window.pentad")
    anonymous = visit.page.evaluate("analytics.user().anonymousId()")
    visit.until(lambda: server.person(f"anonymous_id:{anonymous}"))
    inside = Inside(server)
    try:
        inside.run(PUT, browser=anonymous, link=f"{website.url}/elsewhere")
        visit.until(lambda: [one[0] for one in inside.run(BECAME)] == ["sent", "sent", "held"])
        visit.page.evaluate("pentad.check()")
        box = visit.page.get_by_role("region")
        box.get_by_role("heading", name="No 1").wait_for()
        box.get_by_role("button", name="Close").click()
        box.get_by_role("heading", name="No 2").wait_for()
        box.get_by_role("link", name="Look").click()
        visit.page.wait_for_url("**/elsewhere")
        became = [("delivered", "", ["open"]), ("delivered", "", ["click", "open"]), ("held", "cap", [])]
        visit.until(lambda: inside.run(BECAME) == became)
        visit.page.goto(website.url)
        with visit.page.expect_response("**/messages/") as answered:
            visit.page.evaluate("pentad.check()")
        assert answered.value.json()["messages"] == []
    finally:
        inside.close()
        visit.close()
