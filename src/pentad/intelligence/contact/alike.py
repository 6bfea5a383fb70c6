"""When people alike open, and everyone: added up from what is known of each, now and then.

People are alike who have the same values of the traits that the policy names, such as the same country.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction

from pentad.core.jobs import Context
from pentad.data.identity.store import chunks
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.contact.knowing import roots_of
from pentad.intelligence.contact.models import OpenTimes, OpenTimesOfMany
from pentad.intelligence.contact.policies import in_force

EVERYONE = ""
MOST_GROUPS = 2_000
"""Groups kept of a channel: the largest."""
PORTION = 5_000


def learn(job: Context) -> int:
    """Add up; how many groups there are."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * 24)
    people: dict[tuple[str, str], int] = defaultdict(int)
    traits = in_force().alike
    for rows in _portions():
        job.check()
        groups = groups_of(roots_of({part for part, _, _ in rows}), traits)
        for part, channel, hours in rows:
            for group in {EVERYONE, groups.get(part, EVERYONE)}:
                own = sums[channel, group]
                for hour, count in enumerate(hours):
                    own[hour] += count
                people[channel, group] += 1
    kept = _largest(people)
    with transaction.atomic():
        OpenTimesOfMany.objects.all().delete()
        OpenTimesOfMany.objects.bulk_create(
            (
                OpenTimesOfMany(
                    channel=channel, group=group, hours=[round(one, 2) for one in sums[channel, group]],
                    people=people[channel, group],
                )
                for channel, group in kept
            ),
            batch_size=200,
        )  # fmt: skip
    return len(kept)


def _largest(people: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    order = sorted(people, key=lambda key: (key[1] != EVERYONE, -people[key]))
    taken: dict[str, int] = defaultdict(int)
    kept = []
    for channel, group in order:
        if taken[channel] <= MOST_GROUPS:
            kept.append((channel, group))
            taken[channel] += 1
    return kept


def _portions() -> Iterator[list[tuple[int, str, list[float]]]]:
    last = 0
    while True:
        rows = list(OpenTimes.objects.filter(pk__gt=last).order_by("pk")[:PORTION])
        if not rows:
            return
        last = rows[-1].pk
        yield [(row.person_id, row.channel, row.hours) for row in rows]


def groups_of(part_root: Mapping[int, int], traits: Sequence[str]) -> dict[int, str]:
    """Part and root → the group, of those of whom every one of the traits is known."""
    if not traits:
        return {}
    values: dict[int, dict[str, str]] = defaultdict(dict)
    for some in chunks({*part_root, *part_root.values()}):
        rows = PersonTrait.objects.filter(person_id__in=some, name__in=traits, winner=True)
        for part, name, text in rows.values_list("person_id", "name", "text"):
            values[part_root.get(part, part)][name] = text
    named = {
        root: "|".join(held[name] for name in traits)[:200]
        for root, held in values.items()
        if all(held.get(name) for name in traits)
    }
    return {no: named[root] for part, root in part_root.items() if root in named for no in (part, root)}
