"""Verbs on apps: administrators add, change and revoke them, colleagues let them in and shut them out."""

from collections.abc import Collection

from allauth.idp.oidc.models import Client, Token

from pentad.core import clock
from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.roles.access import rules as access_rules
from pentad.roles.access.apps import rules
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.giving import require_may_act_as
from pentad.roles.access.manage.queries import all_rights
from pentad.roles.access.models import User
from pentad.roles.access.programs import require_may_entrust, spelled_out

MOST_ADDRESSES = 20


@action("admin.apps")
def add_app(
    *,
    actor: Actor,
    name: str,
    addresses: Collection[str],
    rights: Collection[str],
    owner: User,
    public: bool = False,
    by_itself: bool = False,
    devices: bool = False,
) -> tuple[App, str]:
    """Add an app that colleagues may let in. Its secret is returned this once; a public app has none.

    rights: all it may ever use, each by its name. by_itself: it may act without a colleague, as its owner.
    devices: it runs where there is no browser, and shows a code instead. Raises Invalid, saying what does not fit.
    """
    client = Client(type=Client.Type.PUBLIC if public else Client.Type.CONFIDENTIAL)
    _say(actor, client, name, addresses, rights, owner, by_itself, devices)
    secret = _give_secret(client)
    client.save()
    app = App.objects.create(client=client)
    note(f"app:{app.id}", only=app.rights, owner=f"user:{owner.pk}", public=public, by_itself=by_itself)
    return app, secret


@action("admin.apps")
def change_app(
    *,
    actor: Actor,
    app: App,
    name: str,
    addresses: Collection[str],
    rights: Collection[str],
    owner: User,
    by_itself: bool = False,
    devices: bool = False,
) -> App:
    """Say anew what an app is. What its list lost it may not do any more, whoever let it in; of what its list gained
    each colleague is asked first. Raises as `add_app` does, and Conflict when the app is revoked.
    """
    _require_in_force(app)
    _say(actor, app.client, name, addresses, rights, owner, by_itself, devices)
    app.client.save()
    note(f"app:{app.id}", only=app.rights, owner=f"user:{owner.pk}", by_itself=by_itself)
    return app


@action("admin.apps")
def new_secret(*, actor: Actor, app: App) -> str:
    """Give an app another secret, in place of the old one. It is returned this once. Raises Conflict when it has none."""
    _require_in_force(app)
    if app.public:
        raise Conflict("A public app has no secret.", code="no_secret", fix="It proves itself with PKCE alone.")
    if app.by_itself:
        require_may_act_as(actor, app.client.owner, app.rights)
    secret = _give_secret(app.client)
    app.client.save(update_fields=["secret"])
    note(f"app:{app.id}")
    return secret


@action("admin.apps")
def revoke_app(*, actor: Actor, app: App) -> App:
    """Refuse an app from now on, whoever let it in. Doing it twice changes nothing."""
    if app.revoked is None:
        app.revoked = clock.now()
        app.save(update_fields=["revoked"])
        app.client.grant_types = app.client.response_types = ""
        app.client.save(update_fields=["grant_types", "response_types"])
        Token.objects.filter(client=app.client).delete()
    note(f"app:{app.id}")
    return app


@action(access_rules.OWN_ACCOUNT)
def let_app_in(*, actor: Actor, app: App, user: User, rights: Collection[str]) -> Consent:
    """Agree that an app acts on one's own behalf, within these rights, and no others from now on."""
    _require_in_force(app)
    if actor.ref != f"user:{user.pk}":
        raise Invalid("Colleagues let apps in themselves.", code="own_consent")
    agreed = sorted(set(rights) & {*app.rights, *rules.IDENTITY})
    consent, _ = Consent.objects.update_or_create(app=app, user=user, defaults={"rights": agreed})
    note(f"app:{app.id}", only=[one for one in agreed if one not in rules.IDENTITY])
    return consent


@action(access_rules.OWN_ACCOUNT)
def shut_app_out(*, actor: Actor, consent: Consent) -> None:
    """Take that back, at once: one's own, or with admin.apps a colleague's."""
    if actor.ref != f"user:{consent.user_id}":
        check(actor, "admin.apps")
    note(f"app:{consent.app_id}", colleague=f"user:{consent.user_id}")
    app, user = consent.app.client, consent.user_id
    consent.delete()  # first: it waits for tokens that are being given out, which then end as well
    Token.objects.filter(client=app, user=user).delete()


def _say(
    actor: Actor,
    client: Client,
    name: str,
    addresses: Collection[str],
    rights: Collection[str],
    owner: User,
    by_itself: bool,
    devices: bool,
) -> None:
    public = client.type == Client.Type.PUBLIC
    if not 0 < len(name.strip()) <= 100:
        raise Invalid("An app needs a name of at most 100 characters.", code="bad_name", field="name")
    if rules.deceives(name.strip()):
        raise Invalid(
            "An app’s name holds no control characters, nor any that turn the direction of writing.",
            code="bad_name",
            field="name",
        )
    if public and by_itself:
        raise Invalid("A public app cannot act by itself: it has no secret.", code="public_app", field="by_itself")
    if devices and not public:
        raise Invalid(
            "An app on devices is public: what a device holds is no secret.", code="device_app", field="devices"
        )
    only = spelled_out(rights, all_rights())
    if by_itself:
        require_may_entrust(actor, owner, only)
    client.name, client.owner = name.strip(), owner
    client.set_redirect_uris(_addresses(addresses, needed=not (by_itself or devices)))
    client.set_scopes([*sorted(rules.IDENTITY), *only])
    client.set_default_scopes(only)
    kinds = Client.GrantType
    ways = [kinds.AUTHORIZATION_CODE.value, kinds.REFRESH_TOKEN.value]
    ways += [kinds.CLIENT_CREDENTIALS.value] * by_itself + [kinds.DEVICE_CODE.value] * devices
    client.set_grant_types(ways)


def _addresses(said: Collection[str], *, needed: bool) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in said if one.strip()))
    if (needed and not found) or len(found) > MOST_ADDRESSES:
        raise Invalid(
            f"An app needs a redirect address, and has at most {MOST_ADDRESSES}.",
            code="bad_redirect",
            field="addresses",
        )
    for one in found:
        if fault := rules.fault_of(one):
            raise Invalid(
                f"“{one[:120]}” {fault}.",
                code="bad_redirect",
                fix="Such as https://reports.example/callback.",
                field="addresses",
            )
    return found


def _give_secret(client: Client) -> str:
    """A new secret, of which the client keeps a hash; none for a public one."""
    secret = access_rules.new_token()
    client.set_secret(secret)
    return "" if client.type == Client.Type.PUBLIC else secret


def _require_in_force(app: App) -> None:
    if app.revoked is not None:
        raise Conflict(f"The app “{app.name}” is revoked.", code="app_revoked", fix="Add it again, with a new id.")
