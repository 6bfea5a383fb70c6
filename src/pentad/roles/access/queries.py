"""Who is asking: users and API keys as actors."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pentad.core import clock
from pentad.core.actor import CLI, SYSTEM, Actor
from pentad.core.errors import Conflict, Denied, NotFound
from pentad.roles.access import rules
from pentad.roles.access.models import ApiKey, SecondStepMisses, User
from pentad.roles.access.policy import policy_for
from pentad.roles.access.rights import Policy, Scope
from pentad.roles.access.rights_models import Elevation, Grant, Role
from pentad.roles.access.second_step import FREE

USE_NOTED_EVERY = timedelta(minutes=1)


def actor_of(user: User) -> Actor:
    """A signed-in colleague with the rights of the role."""
    return Actor(
        "user", str(user.pk), user.name or user.email, policy=policy_for(user.role, user.pk, rules.OWN_ACCOUNT)
    )


def actor_by_token(token: str) -> Actor | None:
    """The program of this token: an API key, an agent's, or an app's on behalf of a colleague; None when it is unknown
    or revoked, or its owner's account closed. Notes when it was used.
    """
    if not token.startswith(rules.TOKEN_PREFIX):
        from pentad.roles.access.apps.queries import actor_by_access_token

        return actor_by_access_token(token)
    key = ApiKey.objects.filter(
        Q(owner=None) | Q(owner__is_active=True), digest=rules.digest(token), revoked__isnull=True
    ).first()
    if key is None:
        return None
    now = clock.now()
    if key.last_used is None or key.last_used < now - USE_NOTED_EVERY:
        stale = Q(last_used__isnull=True) | Q(last_used__lt=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
    return _actor_of_key(key)


def _actor_of_key(key: ApiKey) -> Actor:
    from pentad.roles.access.agents.queries import actor_of_agent

    return actor_of_agent(key) or Actor("key", key.id, key.name, policy=_key_policy(key))


def _key_policy(key: ApiKey) -> Policy:
    return policy_for(key.role, key.owner_id, rules.OWN_NOTICES, elevated=False, only=key.rights, only_for=key.purposes)


def actor_named(ref: str) -> Actor:
    """The actor whose `ref` this is, with the rights of now: for work that goes on in somebody's name.

    Raises Denied when the account is closed, the key or app revoked, or the app shut out.
    """
    kind, _, id = ref.partition(":")
    if kind == "app" and (app := _app_named(id)) is not None:
        return app
    user = User.objects.filter(pk=rules.row_number(id), is_active=True).first() if kind == "user" else None
    key = ApiKey.objects.filter(Q(owner=None) | Q(owner__is_active=True), id=id, revoked=None).first()
    if user is not None:
        return actor_of(user)
    if kind in ("key", "agent") and key is not None:
        return _actor_of_key(key)
    for own in (CLI, SYSTEM):
        if ref == own.ref:
            return own
    raise Denied("Whoever asked for this has no account any more.", fix="Ask for it again.")


def _app_named(id: str) -> Actor | None:
    from pentad.roles.access.apps.queries import actor_of_app

    app, _, user = id.partition(":")
    return actor_of_app(app, user)


def role_labels() -> dict[str, str]:
    """Every role's name and what it is called, in their order."""
    return dict(Role.objects.order_by("order", "label").values_list("name", "label"))


def roles_least_first() -> dict[str, str]:
    """Every role's name and what it is called, those that grant least first: what is given by mistake is little."""
    weight = dict.fromkeys(role_labels(), 0)
    for role, right, scope in Grant.objects.filter(deny=False).values_list("role_id", "right", "scope"):
        weight[role] += {"*": 1000}.get(right, 10 if right.endswith(".*") else 1) * Scope[scope.upper()]
    return dict(sorted(role_labels().items(), key=lambda one: weight[one[0]]))


def is_first_run() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def colleagues() -> QuerySet[User]:
    """Open accounts first. `second_step` says whether one has set it up, `locked` whether too many tries failed."""
    has_one = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    since = clock.now() - settings.AXES_COOLOFF_TIME
    missed = AccessAttempt.objects.filter(
        username=OuterRef("email"), failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=since
    )
    codes = SecondStepMisses.objects.filter(user=OuterRef("pk"), tries__gte=FREE)
    locked = Exists(missed) | Exists(codes)
    return User.objects.annotate(second_step=Exists(has_one), locked=locked).order_by("-is_active", "name", "email")


def elevated() -> dict[int, list[str]]:
    """Colleague → the roles they hold for a while, such as “Sales lead for 4 hours”."""
    now = clock.now()
    held = Elevation.objects.filter(Q(ended=None) | Q(ended__gt=now), until__gt=now).order_by("until")
    found: dict[int, list[str]] = {}
    for user, label, until in held.values_list("user_id", "role__label", "until"):
        found.setdefault(user, []).append(f"{label} for {rules.left(until - now)}")
    return found


def keys() -> QuerySet[ApiKey]:
    """Keys in force first, then revoked ones, newest first."""
    return ApiKey.objects.order_by(F("revoked").desc(nulls_first=True), "-created")


def user_by_email(email: str) -> User:
    """Raises NotFound."""
    user = User.objects.filter(email=User.objects.normalise(email)).first()
    if user is None:
        raise NotFound(f"Nobody has an account with the address {email}.", code="unknown_user")
    return user


def key_named(text: str) -> ApiKey:
    """The key in force whose token begins with the text, or which has it as its name.

    Raises NotFound, or Conflict when several fit.
    """
    in_force = ApiKey.objects.filter(revoked__isnull=True)
    found = list(in_force.filter(name=text)) or (list(in_force.filter(prefix=text[:12])) if len(text) >= 12 else [])
    if not found:
        raise NotFound(
            f"No key in force is named “{text}” or begins with it.", code="unknown_key", fix="See “pentad key list”."
        )
    if len(found) > 1:
        raise Conflict(
            f"{len(found)} keys are named “{text}”.",
            code="several_keys",
            fix="Give the beginning of the token instead; “pentad key list” shows it.",
        )
    return found[0]
