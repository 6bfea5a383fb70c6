"""What happens to the well-known members of the cast: those that tests, pictures and documents name."""

from datetime import timedelta

from pentad.demo import shop
from pentad.demo.cast import Member, Teller, page, track

KEIKO = Member("u-1001", "Keiko Yılmaz", "keiko.yilmaz@fjord.example", "Hamburg", "Germany", "de", "+493023125001")
SVEN = Member("u-1002", "Sven García", "sven.garcia@post.example", "Bremen", "Germany", "de", "+493023125002")
ELIF = Member("u-1003", "Elif Costa", "elif.costa@mailbox.example", "Köln", "Germany", "de", "+492214710003")
QUENTIN = Member("u-1004", "Quentin Costa", "quentin.costa@mailbox.example", "Köln", "Germany", "fr")
INES = Member("u-1005", "Ines Jensen", "ines.jensen@fjord.example", "Aarhus", "Denmark", "da")
INES_AGAIN = Member("u-1006", "Ines Jensen", "ines.jensn@fjord.example", "Aarhus", "Denmark", "da")
AMARA = Member("u-1007", "Amara Osei", "amara.osei@post.example", "Leeds", "United Kingdom", "en", "+441134960007")
JORG = Member("u-1008", "Jörg Voß", "jorg.voss@fjord.example", "Leipzig", "Germany", "de", "+496990009008")
MEI = Member("u-1009", "Mei Tanaka", "mei.tanaka@inbox.example", "London", "United Kingdom", "en")
PRIYA = Member("u-1010", "Priya Nair", "priya.nair@lumen-health.example", "Hamburg", "Germany", "en", "+494066969010")
THEO = Member("u-1011", "Theo Lang", "theo.lang@home.example", "Graz", "Austria", "de")
THEO_AGAIN = Member("u-1012", "Theo Lang", "theo.lang@home.example", "Graz", "Austria", "de")

LUMEN = "Lumen Health"
LUMEN_TRAITS = {"industry": "Health", "employees": 140, "plan": "Office", "website": "https://lumen-health.example"}

KITCHEN_TABLET = "7c0c3f5e-2f9b-4a53-9d1b-000000000034"
KEIKO_DEVICES = {
    "laptop": "1f0b6a52-6d35-4b8e-9a10-000000000011",
    "phone": "1f0b6a52-6d35-4b8e-9a10-000000000012",
    "tablet": "1f0b6a52-6d35-4b8e-9a10-000000000013",
    "app": "1f0b6a52-6d35-4b8e-9a10-000000000014",
}


def tell(t: Teller) -> None:
    for story in (_keiko, _sven, _costas, _ines, _amara, _jorg, _mei, _priya, _theo):
        story(t)


def _keiko(t: Teller) -> None:
    """Four devices, a subscription, an office, a machine, a complaint that ended well."""
    laptop, phone, tablet, app = KEIKO_DEVICES.values()
    t.visit(t.at(342, "19:12"), None, laptop, "House Blend", "Hand Grinder")
    t.visit(t.at(338, "20:04"), None, laptop, "Hand Grinder")
    end = t.visit(t.at(336, "18:40"), None, laptop, "House Blend")
    t.say(shop.WEB, end, track("Account Created", method="email"), device=laptop)
    t.identify(
        end + timedelta(seconds=20), KEIKO, laptop, createdAt=t.at(336, "18:42").isoformat().replace("+00:00", "Z")
    )
    t.order(end + timedelta(minutes=4), KEIKO, "House Blend", "Hand Grinder", device=laptop)
    t.identify(t.at(333, "02:10"), KEIKO, source=shop.CRM, birthday="1988-04-17")
    t.works_at(t.at(331, "02:12"), KEIKO, LUMEN, **LUMEN_TRAITS)

    t.visit(t.at(320, "07:50"), None, phone, "Ethiopia Guji")
    t.identify(t.at(320, "07:53"), KEIKO, phone)
    t.say(shop.ORDERS, t.at(305, "10:00"), track("Subscription Started", plan="Daily Cup", interval_days=28), who=KEIKO)
    t.say(shop.ORDERS, t.at(305, "10:01"), {"type": "identify", "traits": {"plan": "Daily Cup"}}, who=KEIKO)
    for n in range(11):
        t.order(t.at(305 - 28 * n, "06:15"), KEIKO, "House Blend" if n < 6 else "Ethiopia Guji", quantity=2)
    t.say(shop.ORDERS, t.at(150, "17:20"), track("Subscription Changed", plan="Explorer", interval_days=28), who=KEIKO)
    t.say(
        shop.ORDERS,
        t.at(150, "17:21"),
        {"type": "identify", "traits": {"plan": "Explorer", "loyalty_tier": "Kite"}},
        who=KEIKO,
    )

    t.visit(t.at(210, "21:15"), None, tablet, "Falcon Mini", "Falcon Duo", "Barista Jug")
    t.identify(t.at(210, "21:20"), KEIKO, tablet)
    t.visit(t.at(203, "21:02"), KEIKO, tablet, "Falcon Mini", "Falcon Duo", "Falcon Mini")
    t.order(t.at(202, "20:31"), KEIKO, "Falcon Mini", "Barista Jug", coupon="SPRING10", device=tablet)
    t.chat(t.at(196, "12:05"), KEIKO, "Machine leaks", rating=5, messages=3)
    t.say(
        shop.ORDERS,
        t.at(195, "09:30"),
        track("Replacement Sent", order_id="KC-400008", part="Portafilter seal"),
        who=KEIKO,
    )

    t.say(shop.APP, t.at(120, "08:05"), track("Application Installed", version="5.1.0"), device=app)
    t.visit(t.at(120, "08:06"), None, app, "Cold Brew Bottle", source=shop.APP)
    t.identify(t.at(120, "08:08"), KEIKO, app, source=shop.APP)
    for n in range(24):
        moment = t.at(118 - n * 5, ("07:02", "07:15", "06:58")[n % 3])
        t.say(shop.APP, moment, track("Application Opened", from_background=True), who=KEIKO, device=app)
        t.say(
            shop.APP,
            moment + timedelta(minutes=4),
            track("Brew Timer Finished", method="Espresso", seconds=27),
            who=KEIKO,
            device=app,
        )
    for n, subject in enumerate(shop.NEWSLETTERS[:10]):
        t.newsletter(t.at(300 - 28 * n, "07:20"), KEIKO, subject, opened=n % 3 != 2, clicked=n % 4 == 0)
    t.visit(t.at(9, "20:11"), KEIKO, laptop, "Panama Geisha", "Tasting Box")
    t.order(t.at(9, "20:20"), KEIKO, "Tasting Box", device=laptop)
    t.visit(t.at(1, "19:44"), KEIKO, phone, "Christmas Box", "Winter Roast")
    t.visit(t.at(0, "07:31"), KEIKO, laptop, "Christmas Box")


def _sven(t: Teller) -> None:
    """A good customer who fell silent: seven months ago the last order, then only unread newsletters."""
    device = "2a7c5d10-0b0e-4f0f-8e22-000000000021"
    t.identify(t.at(355, "02:00"), SVEN, source=shop.CRM)
    t.visit(t.at(352, "12:30"), None, device, "Harbour Espresso")
    t.identify(t.at(352, "12:33"), SVEN, device, createdAt="2024-02-11T09:30:00Z")
    t.say(shop.ORDERS, t.at(350, "08:00"), track("Subscription Started", plan="Family", interval_days=28), who=SVEN)
    t.say(
        shop.ORDERS,
        t.at(350, "08:01"),
        {"type": "identify", "traits": {"plan": "Family", "loyalty_tier": "Falcon"}},
        who=SVEN,
    )
    for n in range(6):
        t.order(t.at(350 - 28 * n, "06:20"), SVEN, "Harbour Espresso", quantity=3)
        t.visit(t.at(344 - 28 * n, "12:40"), SVEN, device, "Harbour Espresso", "Descaler")
    t.chat(t.at(212, "16:02"), SVEN, "Wrong beans", rating=2, messages=4)
    refunded = t.order(t.at(214, "06:20"), SVEN, "Harbour Espresso", quantity=3)
    t.say(shop.ORDERS, t.at(205, "11:00"), track("Order Refunded", order_id=refunded), who=SVEN)
    t.say(
        shop.ORDERS,
        t.at(204, "11:30"),
        track("Subscription Cancelled", plan="Family", reason="too many mistakes"),
        who=SVEN,
    )
    t.say(shop.ORDERS, t.at(204, "11:31"), {"type": "identify", "traits": {"plan": "none"}}, who=SVEN)
    for n, subject in enumerate(shop.NEWSLETTERS[:8]):
        t.newsletter(t.at(340 - 42 * n, "07:20"), SVEN, subject, opened=n < 3)


def _costas(t: Teller) -> None:
    """One tablet on the kitchen table: Elif signs in on it, then Quentin, and nobody signs out. A conflict."""
    t.visit(t.at(90, "18:05"), None, KITCHEN_TABLET, "Moka Pot")
    t.identify(t.at(90, "18:08"), ELIF, KITCHEN_TABLET)
    t.order(t.at(90, "18:12"), ELIF, "Moka Pot", "House Blend")
    t.identify(t.at(71, "21:30"), QUENTIN, KITCHEN_TABLET)
    t.visit(t.at(71, "21:31"), QUENTIN, KITCHEN_TABLET, "Burr Grinder One")
    t.order(t.at(71, "21:40"), QUENTIN, "Burr Grinder One")
    for n in range(5):
        t.visit(t.at(60 - 11 * n, "19:00"), (ELIF, QUENTIN)[n % 2], KITCHEN_TABLET, "Espresso Pair", "Enamel Mug")
    t.order(t.at(16, "19:05"), ELIF, "Espresso Pair")
    t.identify(t.at(85, "02:05"), ELIF, source=shop.CRM)
    t.identify(t.at(66, "02:05"), QUENTIN, source=shop.CRM)


def _ines(t: Teller) -> None:
    """Two accounts, one person: the second address has a slip in it. No identifier tells; a colleague may."""
    for who, days in ((INES, 250), (INES_AGAIN, 64)):
        device = f"5d1f9c77-55aa-4f0e-8b5d-0000000005{days % 100:02d}"
        t.visit(t.at(days, "10:20"), None, device, "Kenya Nyeri")
        t.identify(t.at(days, "10:24"), who, device, birthday="1979-11-02")
        t.order(t.at(days, "10:30"), who, "Kenya Nyeri", "Paper Filters 100")
        t.order(t.at(days - 40, "10:30"), who, "Kenya Nyeri")
        t.newsletter(t.at(days - 21, "07:20"), who, shop.NEWSLETTERS[3], opened=True)
    t.chat(t.at(22, "13:40"), INES_AGAIN, "Where are my loyalty points?", rating=4)


def _amara(t: Teller) -> None:
    """Gave her address in the footer on the phone, opened the account on the laptop: joined by e-mail. Then an alias."""
    phone, laptop = "6ea1c2b4-7d10-4c9a-a1f7-000000000071", "6ea1c2b4-7d10-4c9a-a1f7-000000000072"
    t.visit(t.at(47, "08:10"), None, phone, "Decaf Sidamo")
    t.say(shop.WEB, t.at(47, "08:13"), {"type": "identify", "traits": {"email": AMARA.email}}, device=phone)
    t.newsletter(t.at(40, "07:20"), AMARA, shop.NEWSLETTERS[8], opened=True, clicked=True)
    t.visit(t.at(38, "20:00"), None, laptop, "Decaf Sidamo", "French Press")
    t.identify(t.at(38, "20:05"), AMARA, laptop)
    t.order(t.at(38, "20:11"), AMARA, "Decaf Sidamo", "French Press", coupon="KESTREL10")
    t.say(shop.APP, t.at(30, "09:00"), {"type": "alias", "previousId": "guest-7731"}, who=AMARA)
    t.say(shop.WEB, t.at(29, "09:10"), {"type": "alias", "previousId": AMARA.user_id}, who=AMARA, device=laptop)
    t.visit(t.at(12, "21:10"), AMARA, phone, "Decaf Sidamo")
    t.order(t.at(12, "21:15"), AMARA, "Decaf Sidamo", quantity=2)


def _jorg(t: Teller) -> None:
    """Moved from Dresden to Leipzig. The shop knows, the CRM's export is behind: survivorship has something to do."""
    device = "8b8f0d3c-1f64-47f5-8f8a-000000000081"
    t.identify(t.at(200, "20:00"), JORG, device, city="Dresden")
    t.order(t.at(200, "20:10"), JORG, "Guatemala Antigua")
    t.identify(t.at(45, "20:00"), JORG, device, city="Leipzig")
    t.say(shop.CRM, t.at(10, "02:00"), {"type": "identify", "traits": JORG.crm_traits | {"city": "Dresden"}}, who=JORG)
    t.order(t.at(8, "20:10"), JORG, "Guatemala Antigua", quantity=2)
    t.order(t.at(3, "20:10"), JORG, "Winter Roast")


def _mei(t: Teller) -> None:
    """Only the app: once without a network for two days, once with a clock an hour ahead."""
    app = "9c2e4410-3b77-4a0a-bb1c-000000000091"
    t.identify(t.at(130, "06:40"), MEI, app, source=shop.APP)
    for n in range(10):
        late = timedelta(days=2, hours=3) if n == 6 else timedelta(seconds=2)
        skew = timedelta(hours=1) if n == 8 else timedelta()
        t.say(
            shop.APP,
            t.at(120 - 12 * n, "06:45"),
            track("Brew Timer Finished", method="Pour-over", seconds=180),
            who=MEI,
            device=app,
            late=late,
            skew=skew,
        )
    t.order(t.at(100, "07:00"), MEI, "Pour-over Dripper", "Paper Filters 100", "Kenya Nyeri")


def _priya(t: Teller) -> None:
    """Buys for the office: large orders, a machine on trial, an invoice question."""
    t.identify(t.at(300, "02:00"), PRIYA, source=shop.CRM, title="Office manager")
    t.works_at(t.at(300, "02:01"), PRIYA, LUMEN, **LUMEN_TRAITS)
    t.say(
        shop.WEB,
        t.at(299, "09:30"),
        page("For offices", "/offices"),
        who=PRIYA,
        device="a0f1d0aa-9a3e-4a35-9c4f-000000000101",
    )
    t.say(shop.ORDERS, t.at(298, "09:00"), track("Subscription Started", plan="Office", interval_days=14), who=PRIYA)
    for n in range(14):
        t.order(t.at(298 - 21 * n, "05:50"), PRIYA, "Harbour Espresso", "Lungo Capsules", quantity=12)
    t.order(t.at(180, "10:00"), PRIYA, "Falcon Office")
    t.chat(t.at(120, "09:20"), PRIYA, "Invoice", rating=4)
    t.works_at(t.at(60, "02:01"), PRIYA, LUMEN, **LUMEN_TRAITS | {"employees": 165, "plan": "Office Plus"})


def _theo(t: Teller) -> None:
    """Two accounts with the very same address: the second is kept apart and put up for review."""
    for who, days in ((THEO, 160), (THEO_AGAIN, 33)):
        device = f"b1d7e2c0-4c58-4d0c-8a55-0000000001{days % 100:02d}"
        t.visit(t.at(days, "17:00"), None, device, "Sumatra Lintong")
        t.identify(t.at(days, "17:05"), who, device)
        t.order(t.at(days, "17:09"), who, "Sumatra Lintong")
