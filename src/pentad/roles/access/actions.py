"""Verbs on colleagues and API keys."""

from collections.abc import Collection

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.roles.access import giving, rules
from pentad.roles.access.manage.queries import is_right
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.purposes.queries import check_purposes
from pentad.roles.access.queries import role_labels
from pentad.roles.access.second_step import forget_tries
from pentad.roles.access.sessions.actions import drop_sessions


@action("admin.keys")
def add_key(
    *, actor: Actor, name: str, role: str, rights: Collection[str] = (), purposes: Collection[str] = ()
) -> tuple[ApiKey, str]:
    """Make an API key. The token is returned this once; only its hash is kept.

    rights: the only ones it may use of its role, such as "people.view" or "receipts.*"; all when empty.
    purposes: the only ones it works for of its role's, such as "service"; all when empty.
    Raises Invalid for an empty name, an unknown role or right, a purpose that is not the role's.
    """
    name = _name(name, 120, "The key")
    only = [_known_right(right) for right in sorted(set(rights))]
    only_for = check_purposes(check_role(role), purposes)
    giving.require_may_lend(actor, role, only, only_for)
    token = rules.new_token()
    key = ApiKey.objects.create(
        name=name, role=role, rights=only, purposes=only_for,
        prefix=rules.shown_prefix(token), digest=rules.digest(token),
    )  # fmt: skip
    note(f"key:{key.id}", role=role, **({"only": only} if only else {}), **({"only_for": only_for} if only_for else {}))
    return key, token


def _known_right(text: str) -> str:
    if text == "*" or not is_right(text):
        raise Invalid(
            f"There is no right “{text[:80]}”.",
            code="unknown_right",
            fix="Such as people.view, or people.* for all that begin so; the reference lists them.",
            field="rights",
        )
    return text


@action("admin.keys")
def revoke_key(*, actor: Actor, key: ApiKey) -> ApiKey:
    """Refuse the key from now on. Doing it twice changes nothing."""
    if key.revoked is None:
        key.revoked = clock.now()
        key.save(update_fields=["revoked"])
    note(f"key:{key.id}")
    return key


@action("admin.users")
def add_user(*, actor: Actor, email: str, name: str, role: str, password: str | None = None) -> User:
    """Add a colleague. Without a password, send them the `invitation` link.

    Raises Invalid for a bad address, name, role or password, Conflict when the address has an account.
    """
    user = User(email=check_email(email), name=_name(name, 200, "The colleague"), role=check_role(role))
    giving.require_may_give(actor, role)
    if password is not None:
        check_password(password, user)
    user.set_password(password)
    user.save()
    note(f"user:{user.pk}", role=role)
    return user


@action("admin.users")
def change_user(*, actor: Actor, user: User, role: str | None = None, active: bool | None = None) -> User:
    """Give another role, or close or reopen the account; either way the colleague is signed out everywhere.

    Raises Conflict when no administrator would be left.
    """
    role = user.role if role is None else check_role(role)
    active = user.is_active if active is None else active
    giving.require_may_give(actor, role, *giving.roles_of(user))
    if role != user.role:
        giving.require_other(actor, user)
    if not (active and role == rules.ADMIN):
        others = User.objects.select_for_update().filter(role=rules.ADMIN, is_active=True).exclude(pk=user.pk)
        if not list(others):
            raise Conflict(
                f"{user.name} is the only administrator.",
                code="last_administrator",
                fix="Make another colleague administrator first.",
            )
    if user.role != role or not active:
        drop_sessions(user)
    user.role, user.is_active = role, active
    user.save(update_fields=["role", "is_active"])
    note(f"user:{user.pk}", role=role, active=active)
    return user


@action("admin.users")
def invitation(*, actor: Actor, user: User) -> str:
    """The path of a page where the colleague sets a password. Works for three days and once."""
    from allauth.account import app_settings

    giving.require_may_look_after(actor, user)
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    note(f"user:{user.pk}")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token})


@action("admin.users")
def set_password(*, actor: Actor, user: User, password: str) -> User:
    """Set a colleague's password. Raises Invalid when it is too weak. Signs the colleague out everywhere."""
    giving.require_may_look_after(actor, user)
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    drop_sessions(user)
    note(f"user:{user.pk}")
    return user


@action("admin.users")
def remove_second_step(*, actor: Actor, user: User) -> User:
    """Let a colleague who lost phone, keys and recovery codes sign in with the password alone, and lift a lockout."""
    giving.require_may_look_after(actor, user)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    AccessAttempt.objects.filter(username=user.email).delete()
    forget_tries(user)
    drop_sessions(user)
    note(f"user:{user.pk}", removed=removed)
    return user


@action("admin.users")
def unlock_user(*, actor: Actor, user: User) -> User:
    """Let a colleague try again at once after too many wrong passwords or codes."""
    giving.require_may_look_after(actor, user)
    AccessAttempt.objects.filter(username=user.email).delete()
    forget_tries(user)
    note(f"user:{user.pk}")
    return user


def check_password(password: str, user: User) -> None:
    """Raise Invalid, with every reason, when the password is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="weak_password", field="password") from None


def check_email(email: str) -> str:
    """The address as we keep it. Raises Invalid, or Conflict when it has an account."""
    email = User.objects.normalise(email)
    try:
        validate_email(email)
        if len(email) > 254:  # as many as fit; the part before the @ may have any length
            raise ValidationError(email)
    except ValidationError:
        raise Invalid(f"“{email[:254]}” is not an e-mail address.", code="bad_email", field="email") from None
    if User.objects.filter(email=email).exists():
        raise Conflict(f"{email} has an account already.", code="user_exists", field="email")
    return email


def check_role(role: str) -> str:
    """The role, if there is one of this name. Raises Invalid."""
    known = role_labels()
    if role not in known:
        raise Invalid(
            f"There is no role “{role}”.", code="unknown_role", fix=f"Roles are {', '.join(known)}.", field="role"
        )
    return role


def _name(name: str, most: int, what: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid(f"{what} needs a name.", code="name_missing", field="name")
    if len(name) > most:
        raise Invalid(
            f"{what}’s name has {len(name)} characters; at most {most} fit.", code="name_too_long", field="name"
        )
    return name
