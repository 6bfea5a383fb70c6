"""The gate before publishing: every part is looked at, with what is known of customers and purposes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pentad.content.messages import contexts, lacking, parts, places
from pentad.content.messages.compiling import Ready, kept
from pentad.content.messages.models import Message
from pentad.content.messages.parts import NEEDED, Part, Parts
from pentad.content.render import checks, mail
from pentad.content.render.checks import Check, Known
from pentad.content.render.faults import Faulty
from pentad.core.actor import reader
from pentad.data.consent.models import ConsentPurpose
from pentad.data.profiles import vocabulary
from pentad.data.profiles.models import CompanyTrait
from pentad.roles.access import seeing

ALWAYS = {"email": frozenset({"customer.email"}), "sms": frozenset({"customer.phone"})}
"""Who is reached by a channel has an address there."""
ORDER = {"stop": 0, "warn": 1, "fine": 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to speak of. purpose: “” for a good one, else what is wrong with it. hidden: names of which the reader
    is not told that they are meant.
    """

    customer: frozenset[str]
    company: frozenset[str]
    purpose: str = ""
    hidden: frozenset[str] = frozenset()


def facts(purpose: str, transactional: bool) -> Facts:
    people = {*vocabulary.every_name(), *contexts.OWN}
    companies = {*CompanyTrait.objects.values_list("name", flat=True).distinct()[:10_000], *contexts.OWN_OF_COMPANY}
    at = seeing.levels("people"), seeing.levels("companies")
    hidden = {one for one in people if not at[0](f"trait:{one}")} | {
        one for one in companies if not at[1](f"trait:{one}")
    }
    wrong = "" if transactional else _wrong_purpose(purpose)
    return Facts(frozenset(people), frozenset(companies), wrong, frozenset(hidden - {*contexts.OWN}))


def _wrong_purpose(name: str) -> str:
    if not name:
        return "The message has no purpose: say what customers agreed to, or that it is transactional."
    row = ConsentPurpose.objects.filter(name=name).first()
    if row is None:
        return f"There is no purpose “{name}”."
    return "" if row.plain.declared else f"The purpose “{row.label or name}” is not in force."


def checked(tree: Parts, transactional: bool, known: Facts) -> list[Check]:
    """What is wrong comes first."""
    found = [*_whole(tree, known)]
    for part in parts.each(tree):
        found += _part(part, transactional, known)
    return sorted(found, key=lambda one: ORDER[one.level])


def told(tree: Parts, purpose: str, transactional: bool) -> list[dict[str, str]]:
    """The same as it is kept and shown."""
    return [_plain(one) for one in checked(tree, transactional, facts(purpose, transactional))]


def _plain(one: Check) -> dict[str, str]:
    return {"level": one.level, "code": one.code, "text": one.text, "where": one.where}


def told_to_reader(row: Message, tree: Parts, purpose: str, transactional: bool) -> list[dict[str, str]]:
    """With how many lack what has no fallback, and what keeps this reader from publishing it though nothing is wrong with it."""
    checks = checked(tree, transactional, facts(purpose, transactional))
    found = [_plain(_counted(row, one) if one.code == "no_fallback" and one.level == "stop" else one) for one in checks]
    if (
        transactional
        and not reader().may("messages.transactional")
        and not (row.published and row.published.tree == tree)
    ):
        text = "A transactional message goes past consent: to publish it takes the right “messages.transactional”, which you do not hold."
        found.insert(0, {"level": "stop", "code": "transactional", "text": text, "where": ""})
    return found


def _counted(row: Message, one: Check) -> Check:
    _, channel, *_ = one.where.split(" · ")
    return replace(one, text=f"{one.text} {lacking.told(row, channel, one.about)}".rstrip())


def _whole(tree: Parts, known: Facts) -> Iterator[Check]:
    if known.purpose:
        yield Check("stop", "purpose", known.purpose)
    else:
        yield Check("fine", "purpose", "It is clear what customers agreed to.")
    variants = tree["variants"]
    if not any(variants.values()):
        yield Check("stop", "empty", "Nothing is written yet.")
    everywhere = {channel for channels in variants.values() for channel in channels}
    for variant, channels in variants.items():
        for channel in sorted(everywhere - set(channels)):
            yield Check(
                "stop", "variant_channel", f"Variant {variant} is not written for {channel}, which others are.", variant
            )
    for channel in sorted(everywhere):
        of = {variant: set(channels.get(channel, {})) for variant, channels in variants.items()}
        every = set.union(*of.values())
        for variant, languages in of.items():
            if languages and (missing := sorted(every - languages)):
                text = (
                    f"Variant {variant} is not written in {', '.join(missing)}: its default language is sent instead."
                )
                yield Check("warn", "variant_language", text, f"{variant} · {channel}")


def _part(part: Part, transactional: bool, known: Facts) -> Iterator[Check]:
    for name in NEEDED[part.channel]:
        if not part.fields[name].strip():
            yield Check("stop", "missing_field", f"The {name} is empty.", places.where(part, name))
            return
    try:
        made = kept.ready(part.channel, part.language, part.fields)
    except Faulty as fault:
        yield Check("stop", "faulty", fault.message, places.where(part, fault.field, fault.line))
        return
    names: dict[str, frozenset[str] | None] = dict.fromkeys(contexts.ROOTS)
    names |= {"customer": known.customer, "company": known.company, "links": frozenset(contexts.LINKS)}
    there = Known(names, ALWAYS.get(part.channel, frozenset()), known.hidden)
    for one in checks.variables(made.uses, there, part.where):
        yield replace(one, where=places.of_variable(part, one.about)) if one.about else one
    yield from _raw(made, part)
    yield from _channel(part, transactional)


def _raw(made: Ready, part: Part) -> Iterator[Check]:
    if any("safe" in template.filters() for _, template in made.fields if template.form == "html"):
        yield Check(
            "warn", "unescaped", "“safe” writes what a value holds as HTML: who states it writes the mail.", part.where
        )


def _channel(part: Part, transactional: bool) -> Iterator[Check]:
    fields, where = part.fields, part.where
    if part.channel == "email":
        html = mail.compile_mjml(fields["mjml"], fields["preheader"], part.language)
        links = mail.links(html)
        yield from checks.mail(html, fields["mjml"], links, where, transactional=transactional, fields=fields)
    elif part.channel == "sms":
        yield from checks.sms(fields["body"], where)
    elif part.channel in ("push", "inapp"):
        yield from checks.lengths(fields, where)
        yield from checks.addressed(fields["url"], where)
