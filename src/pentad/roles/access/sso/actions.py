"""Connecting identity providers, and what happens when one of them brings somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.utils.text import slugify

from pentad.core.action import action, note
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.roles.access.actions import add_user, change_user, check_role
from pentad.roles.access.giving import require_may_give, require_may_look_after
from pentad.roles.access.models import User
from pentad.roles.access.sso import rules
from pentad.roles.access.sso.models import IdentityProvider


@dataclass(frozen=True)
class Terms:
    """Whom a provider may bring in, and as what."""

    groups_claim: str = "groups"
    group_roles: Sequence[Sequence[str]] = ()
    default_role: str = ""
    make_accounts: bool = False
    domains: Sequence[str] = ()


@dataclass(frozen=True)
class Arrival:
    """Somebody whom a provider vouches for."""

    email: str
    verified: bool
    name: str
    groups: Sequence[str]
    user: User | None
    """The colleague whose account is linked to this identity already."""


def slug_of(name: str) -> str:
    """How a provider of this name stands in its addresses."""
    return slugify(name)[:60]


@action("admin.signin")
def add_provider(
    *, actor: Actor, kind: str, name: str, config: dict[str, Any], terms: Terms, secret: str = ""
) -> IdentityProvider:
    """Connect an identity provider. Raises Invalid for a bad name or role, Conflict for a name that is taken,
    Denied when it would speak for colleagues whom the actor may not look after.
    """
    slug = slug_of(name)
    if not slug:
        raise Invalid("The provider needs a name with letters.", code="name_missing", field="name")
    if IdentityProvider.objects.filter(slug=slug).exists():
        raise Conflict(f"There is a provider with the address “{slug}”.", code="provider_exists", field="name")
    made = IdentityProvider(kind=kind, slug=slug, name=name.strip(), config=config, **_checked(terms))
    _require_may_vouch(actor, made)
    _require_domains(made)
    made.secret = secret
    made.save()
    note(f"provider:{slug}", kind=kind)
    return made


@action("admin.signin")
def change_provider(
    *,
    actor: Actor,
    provider: IdentityProvider,
    name: str | None = None,
    config: dict[str, Any] | None = None,
    terms: Terms | None = None,
    secret: str = "",
    active: bool | None = None,
) -> IdentityProvider:
    """Change what is given; an empty secret keeps the present one.

    Raises Denied as `add_provider` does, but for a new name or secret, and for offering it no more.
    """
    before, offered = _ways(provider), provider.active
    if name is not None:
        provider.name = name.strip()
    if config is not None:
        provider.config = config
    for field, value in _checked(terms).items() if terms is not None else ():
        setattr(provider, field, value)
    if secret:
        provider.secret = secret
    if active is not None:
        provider.active = active
    if _ways(provider) != before or (provider.active and not offered):
        _require_may_vouch(actor, provider)
    if terms is not None:
        _require_domains(provider)
    provider.save()
    note(f"provider:{provider.slug}", active=provider.active, new_secret=bool(secret))
    return provider


@action("admin.signin")
def remove_provider(*, actor: Actor, provider: IdentityProvider) -> None:
    """Forget a provider and which account belongs to which of its identities. Colleagues keep their accounts."""
    links, _ = SocialAccount.objects.filter(provider=provider.slug).delete()
    provider.delete()
    note(f"provider:{provider.slug}", links=links)


def _require_domains(provider: IdentityProvider) -> None:
    """SAML does not say of an address that it was verified: without domains nobody could come in. Raises Invalid."""
    if provider.kind == IdentityProvider.SAML and not provider.domains:
        raise Invalid(
            "Without a domain nobody could sign in: SAML does not say which addresses were verified.",
            code="domains_missing",
            fix="Name the domains whose addresses it speaks for, such as kestrel.example.",
            field="domains",
        )


def welcome(provider: IdentityProvider, arrival: Arrival) -> User:
    """The colleague somebody is, made at the first sign-in if that is wanted, with the role of the groups.

    Raises Denied, saying why, for whoever may not come in.
    """
    actor = Actor("system", f"provider-{provider.slug}"[:60], provider.name, SYSTEM.rights)
    role = rules.role_for(arrival.groups, provider.group_roles, provider.default_role)
    user = arrival.user or _by_address(provider, arrival)
    if not role and (user is None or provider.group_roles):
        raise Denied(
            "None of your groups may use this Pentad.", code="no_group", fix="Ask an administrator to map one of them."
        )
    if user is None:
        return _make_account(actor, provider, arrival, role)
    if provider.group_roles and user.role != role:
        _follow(actor, user, role)
    return user


def _by_address(provider: IdentityProvider, arrival: Arrival) -> User | None:
    email = User.objects.normalise(arrival.email)
    if not email or not rules.address_is_good(email, arrival.verified, provider.domains):
        raise Denied(
            f"{provider.name} does not speak for the address {email or '(none)'}.",
            code="address_not_allowed",
            fix="An administrator can allow its domain.",
        )
    return User.objects.filter(email=email).first()


def _make_account(actor: Actor, provider: IdentityProvider, arrival: Arrival, role: str) -> User:
    if not provider.make_accounts:
        raise Denied(
            f"{arrival.email} has no account.", code="no_account", fix="An administrator can invite this address."
        )
    return add_user(actor=actor, email=arrival.email, name=arrival.name or arrival.email, role=role)


def _follow(actor: Actor, user: User, role: str) -> None:
    """The groups decide the role, but for the last administrator's."""
    try:
        change_user(actor=actor, user=user, role=role)
    except Conflict as error:
        if error.code != "last_administrator":
            raise


def _ways(provider: IdentityProvider) -> tuple[Any, ...]:
    """What decides who comes in by a provider, and as what."""
    terms = provider.groups_claim, provider.group_roles, provider.default_role, provider.make_accounts
    return provider.config, provider.domains, *terms


def _require_may_vouch(actor: Actor, provider: IdentityProvider) -> None:
    """Raise Denied when a provider can make somebody, or sign somebody in as a colleague, who has rights of administration
    that the actor has not: who runs it says who everybody is.
    """
    require_may_give(actor, *(role for _, role in provider.group_roles), *filter(None, [provider.default_role]))
    linked = set(SocialAccount.objects.filter(provider=provider.slug).values_list("user_id", flat=True))
    require_may_look_after(
        actor,
        *(
            user
            for user in User.objects.all()
            if user.pk in linked or rules.address_is_good(user.email, True, provider.domains)
        ),
    )


def _checked(terms: Terms) -> dict[str, Any]:
    for _, role in terms.group_roles:
        check_role(role)
    if terms.default_role:
        check_role(terms.default_role)
    return {
        "groups_claim": terms.groups_claim.strip() or "groups",
        "group_roles": [list(pair) for pair in terms.group_roles],
        "default_role": terms.default_role,
        "make_accounts": terms.make_accounts,
        "domains": list(terms.domains),
    }
