"""The dialog that states a trait of a record in the team's name, with the control of its custom field if it has one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pentad.core.errors import PentadError
from pentad.data.fields.queries import accept, meant
from pentad.data.profiles.entering import entered_value, entering, typed_text
from pentad.data.profiles.page import trait_called
from pentad.data.profiles.stating import OWN, outranked, own_statements
from pentad.data.profiles.values import shown
from pentad.roles.page import actor_of, modal_done
from pentad.roles.together import conflicts
from pentad.roles.together.rules import version, versions
from pentad.roles.together.views import sent

NOTHING = version(None)
TEMPLATE = "profiles/_trait_form.html"


def trait_dialog(
    request: HttpRequest, record: Any, kind: str, url: str, state: Callable[..., Any], **more: Any
) -> HttpResponse:
    """The dialog, and what it sends.

    url: the record's page. state: the action, which takes `name`, `value` and `seen`. more: for the template.
    """
    context = {"record": record, "trait_url": f"{url}trait/", **more}
    if request.method == "GET":
        name = meant(kind, request.GET.get("name", ""))
        known = record.traits.get(name)
        context |= {"name": name, "named": name, "value": typed_text(known), **entering(request, kind, name, known)}
        if request.GET.get("part") == "control" and context["control"] is None:
            return HttpResponse(status=204)  # nothing better to enter it with than the text there is
        own = {f"{OWN}{one}": said for one, said in own_statements(record).items()}
        context["seen"] = conflicts.seen_text({"": NOTHING} | versions(record.traits) | versions(own))
        return render(request, TEMPLATE, context)
    name = meant(kind, request.POST.get("name", ""))
    if conflicts.keeps_theirs(request, ["value"]):
        sent(request)
        messages.success(request, f"{trait_called(kind, name)} is left as it is.")
        return modal_done(url)
    seen, value = conflicts.seen_in(request), entered_value(request, kind, name)
    try:
        made = state(name=name, value=value, seen=_seen(seen, name))
    except PentadError as error:
        context |= {"name": name, "named": request.POST.get("named", ""), "value": typed_text(value)}
        context |= _refused(request, error, seen, value, kind)
        context |= entering(request, kind, name, value, fault=str(context.get("fault", "")))
        return render(request, TEMPLATE, context, status=422)
    sent(request)
    _tell(request, kind, made, name, value)
    return modal_done(url)


def _tell(request: HttpRequest, kind: str, made: Any, name: str, value: Any) -> None:
    """What came of it: stated and counting, stated but not counting, or left as it is."""
    called = trait_called(kind, name)
    if own_statements(made, name).get(name) != accept(kind, name, value):
        messages.info(request, f"{called} is left as it is: it was not changed here.")
    elif (first := outranked(made, name)) is not None:
        messages.warning(request, f"{called} is stated by your team, but does not count: {first}")
    else:
        messages.success(request, f"{called} is stated by your team now.")


def _seen(seen: dict[str, str], name: str) -> dict[str, str]:
    """A trait that the dialog did not know when it was opened had no value then, and the team had stated none."""
    return {key: seen.get(key, seen.get("", NOTHING)) for key in (name, f"{OWN}{name}") if key in seen or "" in seen}


def _refused(
    request: HttpRequest, error: PentadError, seen: dict[str, str], value: Any, kind: str
) -> dict[str, object]:
    """What the dialog says after a refusal: a fault, or a question when somebody else has changed the trait."""
    if not conflicts.is_conflict(error):
        return {"fault": error.message, "seen": conflicts.seen_text(seen)}
    (change,) = error.data["changes"]
    mine = {change["field"]: "" if value in (None, "", []) else shown(value)}
    asked = conflicts.questions(error, mine, lambda _, theirs: typed_text(theirs), actor_of(request).name)
    question = replace(asked[0], field="value", label=trait_called(kind, change["field"]))
    return {"questions": [question], "seen": conflicts.seen_text(conflicts.seen_after(error, seen))}
