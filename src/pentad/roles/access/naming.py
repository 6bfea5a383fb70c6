"""Which field people mean who type its name, and whether there is any such: a name that is misspelt would hide nothing."""

from pentad.core.errors import Invalid
from pentad.roles.access.rights import TWINS
from pentad.roles.access.seeing import Kind, kinds

MOST = 140
TRAIT = "trait:"


def kind_of_name(name: str) -> Kind:
    """Raises Invalid."""
    known = {kind.name: kind for kind in kinds()}
    if name not in known:
        raise Invalid(f"“{name[:20]}” is no kind of record.", code="bad_record_kind", fix=f"One of {', '.join(known)}.")
    return known[name]


def field_meant(kind_name: str, typed: str) -> str:
    """The field of a kind of record that is called so: by its name, its label, or the name of a trait that is stated
    somewhere. “trait:” before a name says that a trait is meant, also one to come. Raises Invalid for what is none.
    """
    kind, typed = kind_of_name(kind_name), typed.strip()
    if typed.startswith(TRAIT) and typed[len(TRAIT) :] and len(typed) <= MOST:
        return typed
    names = [*kind.fields, *kind.own_fields()]
    wanted = _plain(typed)
    for name, label in names:
        if wanted and wanted in (_plain(name), _plain(name.removeprefix(TRAIT)), _plain(label)):
            return name
    if wanted and len(typed) < MOST and kind.stated(f"{TRAIT}{typed}"):
        return f"{TRAIT}{typed}"
    for name in kind.traits():
        if wanted and wanted == _plain(name):
            return f"{TRAIT}{name}"
    known = ", ".join(label for _, label in names)
    raise Invalid(
        f"{kind.many} have no field or trait “{typed[:60]}”.",
        code="bad_field",
        fix=f"They have {known}, and their traits. Write trait:plan for one that is still to come.",
        field="field",
    )


def unheard_of(kind_name: str, field: str) -> str:
    """A warning when nobody has such a trait yet; "" otherwise."""
    kind = kind_of_name(kind_name)
    known = {name for name, _ in (*kind.fields, *kind.own_fields())}
    if field in known or TWINS.get(field) in known or not field.startswith(TRAIT) or kind.stated(field):
        return ""
    near = [name for name in kind.traits() if _plain(name) == _plain(field.removeprefix(TRAIT))]
    meant = f" Did you mean “{TRAIT}{near[0]}”?" if near else ""
    return f"It is kept, but no {kind.one} has the trait “{field.removeprefix(TRAIT)}” yet.{meant}"


def _plain(name: str) -> str:
    return name.replace("_", " ").casefold().strip()
