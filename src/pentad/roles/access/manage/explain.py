"""Why somebody may or may not: every rule that speaks of it, which one decides, and how to change it."""

from dataclasses import dataclass, field, replace
from typing import Literal

from django.db.models import Q

from pentad.core import clock
from pentad.roles.access.models import User
from pentad.roles.access.purposes import queries as purposes
from pentad.roles.access.rights import MADE_OF, Grant, Level, Policy, Scope
from pentad.roles.access.rights_models import Role, Share
from pentad.roles.access.seeing import Kind, Owned, kind_of

Effect = Literal["allows", "denies", "silent"]
SEES = {
    Level.HIDDEN: "does not see {field}",
    Level.MASKED: "sees {field}, but masked",
    Level.SEE: "sees {field}, but may not change it",
    Level.CHANGE: "sees {field} and may change it",
}
WHOSE = {Scope.NONE: "no", Scope.OWN: "own", Scope.TEAM: "the team's", Scope.ALL: "all"}


@dataclass(frozen=True, slots=True)
class Step:
    """One rule, and what it says of this record."""

    effect: Effect
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """verdict: in a sentence. changes: what would turn it round."""

    allowed: bool
    verdict: str
    steps: list[Step] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def explain(who: User | str, policy: Policy, right: str, record: Owned | None = None) -> Explanation:
    """May this colleague, or the program of this name, use a right, on this record or at all?"""
    kind = kind_of(type(record)) if record is not None else None
    near = policy.near(record.owner_id, record.team_id) if record is not None else Scope.OWN
    labels = dict(Role.objects.filter(name__in=policy.roles).values_list("name", "label"))
    steps = [Step("silent", _held(labels, policy))]
    if record is not None and kind is not None:
        steps.append(Step("silent", _place(record, kind, near)))
    about = [grant for grant in policy.grants if grant.covers(right)]
    for grant in about:
        within = record is None or near <= grant.scope
        effect: Effect = "silent" if not within else "denies" if grant.deny else "allows"
        does = "denies" if grant.deny else "allows"
        how = "" if within else "; this record is not among them"
        pattern = f" (by “{grant.right}”)" if grant.right != right else ""
        text = f"{labels.get(grant.role, 'Everybody')} {does} {right} for {WHOSE[grant.scope]} records{pattern}{how}."
        steps.append(Step(effect, text))
    if not about:
        steps.append(Step("silent", f"No role of theirs names {right}."))
    if shared := _shares(policy, right, record, kind):
        steps += shared
    listed = not policy.only or any(Grant("", one).covers(right) for one in policy.only)
    if policy.only:
        how = "" if listed else f"; {right} is not among them"
        steps.append(Step("silent" if listed else "denies", f"It may use what its list names{how}."))
    allowed = any(step.effect == "allows" for step in steps) and not any(step.effect == "denies" for step in steps)
    what = f"{right} on this {kind.one}" if kind else right
    verdict = f"{who} {'may' if allowed else 'may not'} use {what}."
    changes = _changes(who, policy, right, kind, allowed, steps) if listed else [f"Put {right} in its list."]
    return Explanation(allowed, verdict, steps, changes)


def explain_field(who: User | str, policy: Policy, kind: Kind, name: str, record: Owned | None = None) -> Explanation:
    """How much of a field does this colleague see, of this record or of those that they reach?"""
    level, sensitivity = policy.level(kind.name, name), policy.sensitivity(kind.name, name)
    labels = dict(Role.objects.filter(name__in=policy.roles).values_list("name", "label"))
    steps = [Step("silent", _held(labels, policy)), Step("silent", f"“{name}” is classed as {sensitivity}.")]
    names = set[str]().union(*policy.targets(kind.name, name))
    facts, changes = _purposes(policy, kind.name, name, labels)
    steps += facts
    speaks = len(steps)
    by_rules = replace(policy, limits={}).level(kind.name, name)
    for rule in policy.fields:
        if rule.kind in (kind.name, "*") and rule.target.casefold() in names:
            word = "at most " if rule.deny else ""
            effect: Effect = "allows" if rule.level >= by_rules else "denies"
            steps.append(Step(effect, f"{labels[rule.role]}: {word}{rule.level.name.lower()} for {rule.target}."))
    if len(steps) == speaks:
        steps.append(Step("allows", "No rule of a role speaks of it: by those it can be seen and changed."))
    for one in MADE_OF.get((kind.name, name.casefold()), ()):
        if (least := policy.level(kind.name, one)) < Level.SEE:
            steps.append(Step("denies", f"It may be made of “{one}”, which is {least.name.lower()}."))
            changes.append(f"Let them see “{one}”.")
    if by_rules < Level.SEE:
        changes += ["Change the field rule of a role.", "Class the field differently."]
    if level < Level.SEE:
        changes.append("Elevate them for a while, with a reason.")
    called, of_it = f"the field “{kind.label(name)}”", ""
    if record is not None:
        most, facts, reaching = _reached(who, policy, kind, record)
        changes = list(dict.fromkeys([*(reaching if most < level else []), *changes]))
        level, of_it = min(level, most), f" of this {kind.one}"
        steps += facts
    verdict = f"{who} {SEES[level].format(field=called + of_it)}."
    return Explanation(level >= Level.SEE, verdict, steps, changes)


def _reached(who: User | str, policy: Policy, kind: Kind, record: Owned) -> tuple[Level, list[Step], list[str]]:
    """The most that may be seen of any field of a record, for whom the record itself is out of reach; why, and the cure."""
    for verb, most in (("view", Level.HIDDEN), ("edit", Level.SEE)):
        right = f"{kind.name}.{verb}"
        told = explain(who, policy, right, record)
        if not told.allowed:
            return most, [Step("denies", f"{right} does not reach this {kind.one}.")], told.changes
    return Level.CHANGE, [Step("allows", f"{kind.view} and {kind.name}.edit reach this {kind.one}.")], []


def _purposes(policy: Policy, kind: str, name: str, labels: dict[str, str]) -> tuple[list[Step], list[str]]:
    """What the field may be used for and what they work for, where it is limited; and how to change that."""
    limits, called = policy.limits_of(kind, name), purposes.labels()
    if not limits:
        return [], []
    steps = []
    for role in policy.roles:
        held = policy.purposes.get(role)
        what = "every purpose" if held is None else _listed(held, called) or "no purpose that is in force"
        steps.append(Step("silent", f"{labels.get(role, role)} works for {what}."))
    if policy.only_for is not None:
        steps.append(Step("silent", f"The program was narrowed to {_listed(policy.only_for, called)}."))
    narrow = replace(policy, only_for=None).may_use(kind, name)
    may, changes = policy.may_use(kind, name), list[str]()
    for limit in limits:
        only = f"for {_listed(limit, called)} only" if limit else "for nothing that is in force"
        effect: Effect = "allows" if limit and (policy.works_for is None or limit & policy.works_for) else "denies"
        steps.append(Step(effect, f"“{name}” may be used {only}."))
        if effect == "denies" and limit:
            which = _listed(limit, called, "or")
            role = f"Let a role of theirs work for {which}: on the page of the role."
            changes.append(f"Make a key that is for {which} too." if narrow else role)
    if not may:
        changes.append(f"Let “{name}” be used for something they work for: under Review → Fields by purpose.")
    return steps, changes


def _listed(names: frozenset[str], called: dict[str, str], word: str = "and") -> str:
    said = sorted(called.get(name, name) for name in names)
    return f" {word} ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _held(labels: dict[str, str], policy: Policy) -> str:
    held = " and ".join(labels.get(role, role) for role in policy.roles) or "no role"
    return f"Holds {held}."


def _place(record: Owned, kind: Kind, near: Scope) -> str:
    owner = f"belongs to {record.owner}" if record.owner else "belongs to nobody"
    team = f", team {record.team.name}" if record.team else ""
    whose = {Scope.OWN: "their own", Scope.TEAM: "their team's"}.get(near, "not theirs")
    return f"The {kind.one} {owner}{team}: {whose}."


def _shares(policy: Policy, right: str, record: Owned | None, kind: Kind | None) -> list[Step]:
    if record is None or kind is None or right not in (f"{kind.name}.view", f"{kind.name}.edit"):
        return []
    rows = Share.objects.filter(Q(until=None) | Q(until__gt=clock.now()), kind=kind.name, record=record.pk)
    rows = rows.filter(Q(user_id=policy.user) | Q(team_id__in=sorted(policy.teams)))
    found = []
    for one in rows.select_related("user", "team"):
        enough = one.change or right.endswith(".view")
        to = one.user or (one.team.name if one.team else "")
        found.append(
            Step("allows" if enough else "silent", f"Shared with {to} to {'change' if one.change else 'see'}.")
        )
    return found


def _changes(
    who: User | str, policy: Policy, right: str, kind: Kind | None, allowed: bool, steps: list[Step]
) -> list[str]:
    if allowed:
        return []
    if any(step.effect == "denies" for step in steps):
        return ["Take away the grant that denies: what denies wins over everything that allows."]
    found = []
    reach = policy.reach(right)
    if kind is not None and reach.allow >= Scope.OWN:
        found.append(f"Make {who} the owner of this {kind.one}.")
    if kind is not None and reach.allow >= Scope.TEAM:
        found.append(f"Give this {kind.one} to a team of theirs.")
    if kind is not None and right in (f"{kind.name}.view", f"{kind.name}.edit"):
        found.append(f"Share this {kind.one} with {who}.")
    found.append(f"Grant {right} to a role of theirs, or give them another role.")
    found.append("Elevate them for a while, with a reason.")
    return found
