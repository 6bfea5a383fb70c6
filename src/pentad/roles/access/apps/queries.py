"""Who acts with an app's token, and which apps there are."""

from collections.abc import Iterable

from allauth.idp.oidc.models import Client, Token
from django.db.models import Count, F, Q, QuerySet

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.errors import NotFound
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.models import User
from pentad.roles.access.programs import narrowed
from pentad.roles.access.rules import row_number

NAME_LENGTH = 200


def actor_by_access_token(token: str) -> Actor | None:
    """The app of this token, on behalf of whoever let it in; None when it ran out or either of them said no since.
    Notes when it was used.
    """
    row = Token.objects.select_related("client__app", "client__owner", "user").lookup(Token.Type.ACCESS_TOKEN, token)
    if row is None or not hasattr(row.client, "app"):
        return None
    app, consent = row.client.app, _consent(row.client.app, row.user)
    actor = _acting(app, row.user, consent, row.get_scopes())
    if actor is not None:
        _note_use(app)
        if consent is not None:
            _note_use(consent)
    return actor


def actor_of_app(app_id: str, user_id: str) -> Actor | None:
    """The same for work that goes on in its name, with all it was let in to; None when that is no more."""
    app = App.objects.select_related("client__owner").filter(pk=app_id).first()
    user = User.objects.filter(pk=row_number(user_id)).first()
    if app is None or (user_id and user is None):
        return None
    return _acting(app, user, _consent(app, user), app.rights)


def _consent(app: App, user: User | None) -> Consent | None:
    return Consent.objects.filter(app=app, user=user).first() if user is not None else None


def is_let_in(client: Client, user: User | None) -> bool:
    """Whether an app may still say who somebody is; without a colleague, whether it may act by itself."""
    app = App.objects.select_related("client").filter(client=client, revoked=None).first()
    return app is not None and (app.by_itself if user is None else _consent(app, user) is not None)


def lock_consent(client: Client, user: User, id: str | None = None) -> bool:
    """The same while a token is given out: whoever shuts the app out meanwhile waits, and then ends that token too.
    id: that very consent; one that was given again later is not what was agreed to.
    """
    rows = Consent.objects.select_for_update(of=("self",)).filter(app=client.pk, app__revoked=None, user=user)
    return (rows if id is None else rows.filter(pk=id)).first() is not None


def _acting(app: App, user: User | None, consent: Consent | None, scopes: Iterable[str]) -> Actor | None:
    """user: on whose behalf; None for an app that acts by itself, as its owner."""
    whose = user or app.client.owner
    if app.revoked is not None or whose is None or not whose.is_active:
        return None
    if consent is None and (user is not None or not app.by_itself):
        return None
    rights = set(app.rights) & set(scopes)
    if consent is not None:
        rights &= set(consent.rights)
    name = f"{app.name}, for {whose}" if user else app.name
    return Actor("app", f"{app.id}:{user.pk}" if user else app.id, name[:NAME_LENGTH], policy=narrowed(whose, rights))


def _note_use(row: App | Consent) -> None:
    from pentad.roles.access.queries import USE_NOTED_EVERY

    now = clock.now()
    if row.last_used is None or row.last_used < now - USE_NOTED_EVERY:
        stale = Q(last_used=None) | Q(last_used__lt=now - USE_NOTED_EVERY)
        type(row)._base_manager.filter(stale, pk=row.pk).update(last_used=now)


def apps() -> "QuerySet[App]":
    """In force first, newest first; `let_in` counts the colleagues."""
    rows = App.objects.select_related("client__owner").annotate(let_in=Count("consents"))
    return rows.order_by(F("revoked").desc(nulls_first=True), "-created")


def find_app(id: str) -> App:
    """Raises NotFound."""
    found = App.objects.select_related("client__owner").filter(pk=id).first()
    if found is None:
        raise NotFound("There is no such app.", code="app_not_found", fix="See the list of apps.")
    return found


def let_in_by(user: User) -> "QuerySet[Consent]":
    """Apps that a colleague let in and that are not revoked."""
    rows = Consent.objects.filter(user=user, app__revoked=None).select_related("app__client")
    return rows.order_by("-created")


def who_let_in(app: App) -> "QuerySet[Consent]":
    return app.consents.select_related("user").order_by("-created")
