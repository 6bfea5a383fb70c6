"""When to send: own opens count most, then those of people alike, then everyone's; and whose time zone it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.jobs import Context, run_here
from pentad.core.models import Job
from pentad.data.consent.rules import Purpose
from pentad.data.identity.models import Person
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.contact import alike, timing
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.asking import Ask, Known
from pentad.intelligence.contact.models import OpenTimes, OpenTimesOfMany, SeenZone
from pentad.intelligence.contact.policy import Policy, Quiet
from pentad.intelligence.contact.rules import weigh
from pentad.intelligence.contact.zones import zone_of_country, zones_of
from tests.data.road import Road, track

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 1, 14, tzinfo=UTC)


def person(name: str = "Keiko", country: str = "", **traits: str) -> Person:
    made = Person.objects.create(name=name)
    for trait, value in (traits | ({"country": country} if country else {})).items():
        PersonTrait.objects.create(
            person=made, name=trait, value=value, text=value.lower(), source_no=1, at=MIDNIGHT, message_id="m"
        )
    return made


def opens(who: Person, hour: int, times: float) -> None:
    row, _ = OpenTimes.objects.get_or_create(person=who, channel="email", defaults={"hours": [0.0] * 24})
    row.hours[hour] += times
    row.save()


def best(who: Person, start: datetime = MIDNIGHT, **more: Any) -> tuple[int, str]:
    found = timing.best_times([who.no], "email", start=start, **more)[who.no]
    return found.hour, found.learnt


def run(kind: str) -> None:
    job = Job.objects.create(kind=kind)
    assert run_here(job.pk)
    job.refresh_from_db()
    assert job.status == Job.DONE, job.error


def test_own_opens_then_those_of_people_alike_then_everyones() -> None:
    save_policy(actor=SYSTEM, policy=Policy(zone="UTC"))
    keiko, stranger = person(country="Japan"), person("Omar")
    assert best(stranger) == (9, "usual")
    many = [person(f"P{n}", "Japan" if n % 3 else "Chile") for n in range(9)]
    for one in many:
        opens(one, 20 if one.trait_values.get().text == "japan" else 6, 40)  # 6 of Japan, 3 of Chile
    assert alike.learn(Context(Job.objects.create(kind="contact.learn"))) == 3
    told = {row.group: (sum(row.hours), row.people) for row in OpenTimesOfMany.objects.all()}
    assert told == {"": (360, 9), "japan": (240, 6), "chile": (120, 3)}
    assert best(stranger) == (20, "everyone")
    assert best(person("Ana", "Chile")) == (6, "alike")
    assert best(keiko, zones={keiko.no: "UTC"}) == (20, "alike")
    for _ in range(3):
        timing.opened(keiko.no, "email", 13)
    assert best(keiko, zones={keiko.no: "UTC"}) == (20, "alike")  # three opens say little
    for _ in range(9):
        timing.opened(keiko.no, "email", 13)
    assert best(keiko, zones={keiko.no: "UTC"}) == (13, "own")


def test_newer_opens_count_more_and_hours_beside_each_other_say_the_same() -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    keiko = person()
    for hour in [19] * 40 + [7] * 40:
        timing.opened(keiko.no, "email", hour)
    assert best(keiko) == (7, "own")
    # 22, 23 and 0 o'clock together are more than 12 alone, though none of them is: round midnight, too.
    OpenTimes.objects.all().delete()
    for hour, times in ((22, 30), (23, 29), (0, 30), (12, 40)):
        opens(keiko, hour, times)
    assert best(keiko) == (23, "own")


def test_the_hour_is_of_the_customers_day_and_not_quiet() -> None:
    save_policy(actor=SYSTEM, policy=Policy(quiet=(Quiet("20:00", "08:00"),)))
    keiko = person(timezone="Asia/Tokyo")
    opens(keiko, 21, 50)
    opens(keiko, 10, 20)
    found = timing.best_times([keiko.no], "email", start=MIDNIGHT)[keiko.no]
    assert (found.hour, found.learnt) == (10, "own")
    assert timedelta(hours=1) <= found.at - MIDNIGHT < timedelta(hours=2)  # ten in Tokyo is one o'clock UTC
    # At three in the night there is nothing else within two hours than the end of the quiet.
    night = datetime(2026, 1, 14, 18, tzinfo=UTC)
    late = timing.best_times([keiko.no], "email", start=night, hours=2)[keiko.no]
    assert timedelta() <= late.at - datetime(2026, 1, 14, 23, tzinfo=UTC) < timedelta(minutes=15)


def test_people_are_spread_over_the_hour_and_nobody_is_too_early() -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    people = [person(f"P{n}") for n in range(40)]
    start = MIDNIGHT + timedelta(hours=9, minutes=20)
    found = timing.best_times([one.no for one in people], "email", start=start, hours=3)
    assert all(start <= one.at < MIDNIGHT + timedelta(hours=10) for one in found.values())
    assert len({one.at.minute // 15 for one in found.values()}) == 3


def test_an_hour_that_is_leapt_over_is_not_offered() -> None:
    """On 29 March there is no two o'clock in Berlin; the hours beside it are."""
    slots = timing.open_slots(Policy(), "email", "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), 24)
    assert [slot.hour for slot in slots[:16:4]] == [0, 1, 3, 4] and len(slots) == 96


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("Germany", "Europe/Berlin"), ("de", "Europe/Berlin"), ("United Kingdom", "Europe/London"),
        ("Japan", "Asia/Tokyo"), ("United States", ""), ("AU", ""), ("Atlantis", ""), (7, ""), ("", ""),
    ],
)  # fmt: skip
def test_countries_with_one_clock(value: object, zone: str) -> None:
    assert zone_of_country(value) == zone


def test_what_is_stated_goes_before_what_programs_tell_and_that_before_the_country() -> None:
    save_policy(actor=SYSTEM, policy=Policy(zone="Pacific/Auckland"))
    stated, told, country, unknown = person(timezone="Asia/Tokyo"), person(), person(country="JP"), person(timezone="x")
    for one in (stated, told):
        SeenZone.objects.create(person=one, zone="Europe/Oslo", at=MIDNIGHT)
    part = Person.objects.create(root=country)
    numbers = [stated.no, told.no, country.no, part.no, unknown.no, 999_999]
    assert list(zones_of(numbers).values()) == [
        "Asia/Tokyo", "Europe/Oslo", "Asia/Tokyo", "Asia/Tokyo", "Pacific/Auckland", "Pacific/Auckland",
    ]  # fmt: skip


def test_zones_are_read_from_messages_as_they_come_in(road: Road) -> None:
    def seen(user: str, zone: str, minute: int) -> dict[str, Any]:
        return track(userId=user, timestamp=f"2026-11-20T11:{minute:02}:00Z", context={"timezone": zone})

    road.send(seen("keiko", "Europe/Oslo", 1), seen("keiko", "Asia/Tokyo", 5), seen("omar", "Moon/Base", 5))
    run("contact.zones")
    keiko = road.person("user_id:keiko")
    assert list(SeenZone.objects.values_list("person_id", "zone")) == [(keiko.no, "Asia/Tokyo")]
    road.send(seen("keiko", "America/Lima", 3), seen("omar", "Europe/Rome", 9))  # the first arrives late
    run("contact.zones")
    assert sorted(SeenZone.objects.values_list("zone", flat=True)) == ["Asia/Tokyo", "Europe/Rome"]
    road.send(seen("keiko", "America/Lima", 7))
    run("contact.zones")
    assert SeenZone.objects.get(person=keiko).zone == "America/Lima"


def test_a_zone_that_somebody_made_up_stops_nothing() -> None:
    asked = Ask("k", 1, "email", "marketing", address="a@b.example", zone="Moon/Base")
    known = Known(consents={"marketing": {"": "granted"}})
    assert weigh(
        asked,
        known,
        Policy(quiet=(Quiet("21:00", "08:00"),)),
        MIDNIGHT,
        purposes={"marketing": Purpose("marketing", "Marketing")},
    ).until
