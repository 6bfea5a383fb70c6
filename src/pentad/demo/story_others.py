"""The rest of the cast: colleagues at offices, ordinary customers, strangers, and what goes wrong."""

from datetime import timedelta
from typing import Any

from pentad.demo import shop
from pentad.demo.cast import Member, Teller, page, track
from pentad.demo.story import LUMEN, LUMEN_TRAITS

OFFICES: dict[str, dict[str, Any]] = {
    LUMEN: LUMEN_TRAITS,
    "Paper Crane Studio": {"industry": "Design", "employees": 18, "plan": "Office"},
    "Fjordlys Architects": {"industry": "Architecture", "employees": 42, "plan": "Trial"},
}
COLLEAGUES: tuple[tuple[Member, str], ...] = (
    (Member("u-1021", "Hannah Weiss", "hannah.weiss@lumen-health.example", "Hamburg", "Germany", "de"), LUMEN),
    (Member("u-1022", "Tobias Krüger", "tobias.kruger@lumen-health.example", "Hamburg", "Germany", "de"), LUMEN),
    (Member("u-1023", "Leila Haddou", "leila.haddou@lumen-health.example", "Kiel", "Germany", "fr"), LUMEN),
    (
        Member("u-1024", "Ruben Maas", "ruben.maas@papercrane.example", "Utrecht", "Netherlands", "nl"),
        "Paper Crane Studio",
    ),
    (
        Member("u-1025", "Saga Lindqvist", "saga.lindqvist@papercrane.example", "Malmö", "Sweden", "sv"),
        "Paper Crane Studio",
    ),
    (
        Member("u-1026", "Øyvind Dahl", "oyvind.dahl@fjordlys.example", "København", "Denmark", "da"),
        "Fjordlys Architects",
    ),
)
REGULARS: tuple[tuple[Member, int, str], ...] = (
    (Member("u-1031", "Rosa Marsh", "rosa.marsh@post.example", "Bristol", "United Kingdom"), 9, "Colombia Huila"),
    (Member("u-1032", "Zoë O’Brien", "zoe.obrien@home.example", "Cardiff", "United Kingdom"), 3, "Brazil Cerrado"),
    (Member("u-1033", "Li Wei", "li.wei@inbox.example", "Leeds", "United Kingdom"), 2, "Harbour Capsules"),
    (
        Member("u-1034", "Camille Besnard", "camille.besnard@quill.example", "Nantes", "France", "fr"),
        6,
        "Rwanda Nyamasheke",
    ),
    (Member("u-1035", "Íñigo Etxeberria", "inigo.etxeberria@post.example", "Bilbao", "Spain", "es"), 4, "House Blend"),
    (
        Member("u-1036", "Marek Kowalski", "marek.kowalski@mailbox.example", "Berlin", "Germany", "de"),
        2,
        "Cold Brew Bottle",
    ),
    (Member("u-1037", "Giulia Moretti", "giulia.moretti@quill.example", "Torino", "Italy", "it"), 5, "Moka Pot"),
    (Member("u-1038", "Dev Patel", "dev.patel@inbox.example", "London", "United Kingdom"), 1, "Gift Card"),
    (
        Member("u-1039", "Noor Visser", "noor.visser@fjord.example", "Groningen", "Netherlands", "nl"),
        3,
        "Ethiopia Guji",
    ),
    (Member("u-1040", "Casey Bennett", "casey.bennett@home.example", "Boston", "United States"), 2, "Tasting Box"),
)
NEWCOMER = Member("u-1050", "Noah Becker", "noah.becker@mailbox.example", "Dresden", "Germany", "de")


def tell(t: Teller) -> None:
    for n, (who, company) in enumerate(COLLEAGUES):
        t.identify(t.at(280 - 20 * n, "02:20"), who, source=shop.CRM)
        t.works_at(t.at(280 - 20 * n, "02:21"), who, company, **OFFICES[company])
        t.visit(t.at(150 - 9 * n, "09:40"), who, _device(200 + n), "Espresso Pair", "Travel Cup")
    for n, (who, orders, favourite) in enumerate(REGULARS):
        _regular(t, n, who, orders, favourite)
    _newcomer(t)
    for n in range(3):
        t.visit(t.at(2 + 5 * n, "22:10"), None, _device(290 + n), "House Blend", "Gift Card")
    _trouble(t)


def _device(number: int) -> str:
    return f"c4a99d3e-63f1-4b5c-9d0e-{number:012d}"


def _regular(t: Teller, n: int, who: Member, orders: int, favourite: str) -> None:
    device = _device(300 + n)
    first = 40 * orders + 5 + n
    t.visit(t.at(first, "18:00"), None, device, favourite)
    t.identify(t.at(first, "18:03"), who, device)
    t.identify(t.at(first - 3, "02:30"), who, source=shop.CRM)
    for k in range(orders):
        t.visit(t.at(first - 39 * k, "18:04"), who, device, favourite, "Paper Filters 100")
        number = t.order(t.at(first - 39 * k, "18:10"), who, favourite)
        t.newsletter(t.at(first - 39 * k - 14, "07:20"), who, shop.NEWSLETTERS[k], opened=k % 2 == 0)
        if n == 1 and k == 1:
            t.say(shop.ORDERS, t.at(first - 39 * k - 9, "11:00"), track("Order Refunded", order_id=number), who=who)
    if n == 2:
        for k in range(4):
            t.chat(t.at(60 - 14 * k, "15:00"), who, "Where is my parcel?", rating=1 + k % 2, messages=3)
    if n == 5:
        t.say(shop.MAIL, t.at(30, "07:20"), track("Email Bounced", reason="mailbox full"), who=who)
        gone = track("Unsubscribed", campaign_name=shop.NEWSLETTERS[1])
        t.say(shop.MAIL, t.at(16, "07:25"), gone | t.agreed(shop.MAIL, newsletter=False), who=who)


def _newcomer(t: Teller) -> None:
    """Came today through an advertisement, looked round and ordered."""
    device, start = _device(400), t.end - timedelta(minutes=48)
    t.say(
        shop.WEB, start, page("Home", "/", search="?utm_source=search&utm_medium=cpc&utm_campaign=gifts"), device=device
    )
    end = t.visit(start + timedelta(minutes=1), None, device, "Tasting Box", "Christmas Box", "Tasting Box")
    t.say(shop.WEB, end, track("Account Created", method="checkout"), device=device)
    t.identify(end + timedelta(seconds=15), NEWCOMER, device)
    t.order(end + timedelta(minutes=3), NEWCOMER, "Tasting Box", coupon="KESTREL10", device=device)


def _trouble(t: Teller) -> None:
    """Messages that cannot be stored, and messages that came twice."""
    who, app = REGULARS[0][0], _device(500)
    bad_ones: tuple[tuple[int, dict[str, Any]], ...] = (
        (shop.APP, {"type": "track", "properties": {"method": "Espresso"}}),
        (shop.WEB, {"type": "group", "groupId": "office-" * 80}),
        (shop.WEB, {"type": "purchase", "properties": {"value": 12}}),
        (
            shop.DESK,
            {"type": "track", "event": "Conversation Rated", "properties": {f"cell_{k}": k for k in range(320)}},
        ),
    )
    for n, (source, bad) in enumerate(bad_ones):
        t.say(source, t.at(2 + 4 * n, "14:00"), bad, who=who, device=app if source == shop.APP else "")
    t.say(shop.WEB, t.at(1, "14:05"), track("Product Viewed", product_id="BEAN-01"))
    for n in range(4):
        sent = t.say(
            shop.DESK,
            t.at(6 + n, "11:10"),
            track("Conversation Rated", conversation_id=f"C-{19_000 + n}", rating=5),
            who=who,
        )
        t.again(sent, after=timedelta(seconds=31 + n))
    first = t.say(
        shop.ORDERS, t.at(5, "12:00"), track("Order Updated", order_id="KC-400100", reason="address"), who=who
    )
    t.again(first, event="Order Cancelled")
