"""Pages on apps: administrators add and revoke them, colleagues see which they let in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.errors import PentadError
from pentad.roles.access.agents.queries import agents_of
from pentad.roles.access.apps import actions, queries
from pentad.roles.access.apps.forms import AppForm
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.gate import signed_in
from pentad.roles.access.listing import areas
from pentad.roles.access.manage.queries import about
from pentad.roles.access.models import User
from pentad.roles.access.programs import looking_first


@signed_in("admin.apps")
@require_http_methods(["GET"])
def app_list(request: HttpRequest) -> HttpResponse:
    return render(request, "access/apps/list.html", {"apps": queries.apps()})


@never_cache  # may show a secret
@signed_in("admin.apps")
@require_http_methods(["GET", "POST"])
def new_app(request: HttpRequest) -> HttpResponse:
    """Add an app. Its id and secret are shown in the answer, the secret this once."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    form = AppForm(request.POST or None, initial={"owner": request.user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            app, secret = actions.add_app(actor=actor, **form.said())
        except PentadError as error:
            _say(form, error)
        else:
            return _page(request, app, secret=secret, added=True)
    chosen = request.POST.getlist("rights") if form.is_bound else []
    context = {"form": form, "areas": areas(chosen)}
    return render(request, "access/apps/new.html", context, status=422 if form.errors else 200)


@never_cache
@signed_in("admin.apps")
@require_http_methods(["GET", "POST"])
def app_page(request: HttpRequest, app_id: str) -> HttpResponse:
    """What an app is and who let it in; by POST, said anew."""
    app = queries.find_app(app_id)
    if request.method == "GET":
        return _page(request, app)
    form = AppForm(request.POST, change=True)
    if form.is_valid():
        try:
            actions.change_app(actor=request.actor, app=app, **form.said())  # type: ignore[attr-defined]
        except PentadError as error:
            _say(form, error)
        else:
            messages.success(request, f"“{app.name}” is saved.")
            return redirect("settings_app", app.id)
    return _page(request, queries.find_app(app_id), form=form)


@never_cache
@signed_in("admin.apps")
@require_POST
def change(request: HttpRequest, app_id: str) -> HttpResponse:
    """Another secret, an end for the app, or for one colleague's consent."""
    app, actor = queries.find_app(app_id), request.actor  # type: ignore[attr-defined]
    try:
        if "secret" in request.POST:
            return _page(request, app, secret=actions.new_secret(actor=actor, app=app))
        if "revoke" in request.POST:
            actions.revoke_app(actor=actor, app=app)
            messages.success(request, f"“{app.name}” is revoked: it is refused from now on.")
        elif "consent" in request.POST:
            consent = get_object_or_404(Consent, pk=request.POST["consent"], app=app)
            actions.shut_app_out(actor=actor, consent=consent)
            messages.success(request, f"“{app.name}” acts for {consent.user} no more.")
    except PentadError as error:
        messages.error(request, f"{error.message} {error.fix}".strip())
    return redirect("settings_app", app.id)


@signed_in()
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The apps one has let in oneself, and the agents one answers for."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        consent = Consent.objects.filter(pk=request.POST.get("consent", ""), user=user).first()
        if consent is not None:  # otherwise somebody was quicker: what was asked for is so
            actions.shut_app_out(actor=request.actor, consent=consent)  # type: ignore[attr-defined]
            messages.success(request, f"“{consent.app.name}” acts for you no more.")
        return redirect("own_apps")
    consents = [(one, _words(set(one.rights) & set(one.app.rights))) for one in queries.let_in_by(user)]
    return render(request, "access/apps/mine.html", {"consents": consents, "agents": agents_of(user)})


def _words(rights: set[str]) -> list[str]:
    return [about(right) for right in sorted(rights, key=looking_first)]


def _say(form: AppForm, error: PentadError) -> None:
    field = error.data.get("field")
    form.add_error(field if field in form.fields else None, f"{error.message} {error.fix}".strip())


def _page(
    request: HttpRequest, app: App, *, form: AppForm | None = None, secret: str = "", added: bool = False
) -> HttpResponse:
    if form is None:
        initial = {
            "name": app.name, "owner": app.client.owner_id, "addresses": "\n".join(app.client.get_redirect_uris()),
            "by_itself": app.by_itself, "devices": app.devices,
        }  # fmt: skip
        form = AppForm(initial=initial, change=True)
    chosen = request.POST.getlist("rights") if form.is_bound else app.rights
    context = {
        "app": app, "form": form, "areas": areas(chosen), "secret": secret, "added": added,
        "consents": queries.who_let_in(app), "site": request.build_absolute_uri("/").rstrip("/"),
    }  # fmt: skip
    return render(request, "access/apps/app.html", context, status=422 if form.errors else 200)
