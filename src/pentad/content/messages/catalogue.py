"""What a message may speak of: the traits that were seen of customers and companies, as far as the author sees them."""

from dataclasses import dataclass

from pentad.content.messages.contexts import OWN, OWN_OF_COMPANY
from pentad.core.actor import reader
from pentad.data.profiles import vocabulary
from pentad.roles.access import seeing
from pentad.roles.access.rights import Level

LINKS = (
    ("links.unsubscribe", "Unsubscribe"), ("links.preferences", "What they hear from us"),
    ("links.view", "View in the browser"),
)  # fmt: skip
FALLBACKS = {"first_name": "there", "name": "there", "last_name": "", "city": "your town"}
"""What often stands in place of a missing value: an offer to change."""


@dataclass(frozen=True, slots=True)
class Variable:
    """path: as a template names it. always: it has a value whoever is written to, so it needs no fallback."""

    path: str
    label: str
    icon: str
    group: str
    always: bool = False
    fallback: str = ""


def offered() -> list[Variable]:
    """Customers' first, then companies', then links."""
    actor = reader()
    found = [Variable(path, label, "link", "Links", True) for path, label in LINKS]
    if not actor.may("people.view"):
        return found
    people, companies = seeing.levels("people", actor), seeing.levels("companies", actor)
    own = [name for name in OWN if name not in ("id", "user_id")]
    first = [_customer(name) for name in own if _sees(people, name)]
    traits = [
        _customer(name) for name in vocabulary.trait_names() if name not in OWN and _plain(name) and _sees(people, name)
    ]
    names = [*OWN_OF_COMPANY[1:], *(one for one in vocabulary.company_trait_names() if one not in OWN_OF_COMPANY)]
    of_company = [
        Variable(f"company.{name}", name, "building-2", "Company")
        for name in names
        if _plain(name) and _sees(companies, name)
    ]
    return [*first, *traits, *of_company, *found]


def _customer(name: str) -> Variable:
    return Variable(f"customer.{name}", name, vocabulary.trait_icon(name), "Customer", False, FALLBACKS.get(name, ""))


def _plain(name: str) -> bool:
    """A name that templates can write after a dot."""
    return name.replace("_", "a").replace("-", "a").isalnum() and not name[0].isdigit() and name.isascii()


def _sees(at: object, name: str) -> bool:
    level = at  # a function from a field to how much of it is seen
    fields = {"first_name": "name", "last_name": "name"}
    return all(level(one) >= Level.SEE for one in {f"trait:{name}", fields.get(name, f"trait:{name}")})  # type: ignore[operator]
