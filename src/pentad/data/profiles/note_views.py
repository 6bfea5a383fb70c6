"""The requests of notes: composer, change, delete, and the undoing of each."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core.errors import PentadError
from pentad.data.ingest.page import actor_of, modal_done, toast
from pentad.data.profiles import attachments, note_actions, queries
from pentad.data.profiles.note_queries import find_note
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.together import conflicts
from pentad.roles.together.rules import version
from pentad.roles.together.views import sent


@require_POST
@signed_in("people.edit")
def add_note(request: HttpRequest, person_id: str) -> HttpResponse:
    """Keep a note; the answer is the composer, empty, with the note above the timeline until its event arrives."""
    root = queries.find_person(person_id)
    note = note_actions.add_note(
        actor=actor_of(request), person=root, text=request.POST.get("text", ""), files=request.FILES.getlist("files")
    )
    sent(request)
    response = render(request, "profiles/_new_note.html", {"note": note, "person": root})
    told = f"Note saved. {', '.join(note.mentions)} will be told." if note.mentions else "Note saved."
    return toast(response, told, undo=f"/people/notes/{note.id}/delete/")


@require_http_methods(["GET", "POST"])
@signed_in("people.edit")
def edit_note(request: HttpRequest, note_id: str) -> HttpResponse:
    """The note as a form in its place, and what it sends; with `cancel`, the note as it is."""
    note = find_note(note_id)
    if request.method == "GET":
        part = "profiles/_note_body.html" if "cancel" in request.GET else "profiles/_note_form.html"
        seen = conflicts.seen_text({"text": version(note.text)})
        return render(request, part, {"note": note, "text": note.text, "seen": seen})
    if conflicts.keeps_theirs(request, ["text"]):
        sent(request)
        return toast(render(request, "profiles/_note_body.html", {"note": note}), "The note is left as it is.")
    text, was_seen, edited = request.POST.get("text", ""), conflicts.seen_in(request), note.edited
    try:
        note = note_actions.edit_note(actor=actor_of(request), row=note, text=text, seen=was_seen)
    except PentadError as error:
        context = {"note": note, "text": text, "fault": error.message, "seen": conflicts.seen_text(was_seen)}
        if conflicts.is_conflict(error):
            asked = conflicts.questions(error, {"text": text}, lambda _, value: str(value), actor_of(request).name)
            context |= {"questions": asked, "fault": ""}
            context["seen"] = conflicts.seen_text(conflicts.seen_after(error, was_seen))
        return render(request, "profiles/_note_form.html", context, status=422)
    sent(request)
    response = render(request, "profiles/_note_body.html", {"note": note})
    if note.edited == edited:
        return response
    return toast(response, "Note changed.", undo=f"/people/notes/{note.id}/unedit/")


@require_POST
@signed_in("people.edit")
def unedit_note(request: HttpRequest, note_id: str) -> HttpResponse:
    note = note_actions.unedit_note(actor=actor_of(request), row=find_note(note_id))
    return modal_done(f"/people/{note.person.id}/")


@require_POST
@signed_in("people.edit")
def delete_note(request: HttpRequest, note_id: str) -> HttpResponse:
    note = note_actions.delete_note(actor=actor_of(request), row=find_note(note_id))
    return toast(HttpResponse(""), "Note deleted.", undo=f"/people/notes/{note.id}/restore/")


@require_POST
@signed_in("people.edit")
def restore_note(request: HttpRequest, note_id: str) -> HttpResponse:
    note = note_actions.restore_note(actor=actor_of(request), row=find_note(note_id))
    return modal_done(f"/people/{note.person.id}/")


@require_GET
@signed_in("people.view")
def download(request: HttpRequest, file_id: str) -> FileResponse:
    """A file of a note, to be saved: no browser shows it on our pages' address, whatever is in it."""
    found = attachments.find(file_id)
    root = queries.find_person(found.note.person.id)
    looked_at(actor_of(request), f"person:{root.id}", "file")
    handle = attachments.path_of(found.key).open("rb")
    response = FileResponse(handle, as_attachment=True, filename=found.name, content_type=found.type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in("people.edit")
def remove_file(request: HttpRequest, file_id: str) -> HttpResponse:
    found = attachments.find(file_id)
    queries.find_person(found.note.person.id)
    change = note_actions.remove_file(actor=actor_of(request), row=found)
    return toast(HttpResponse(""), "File removed.", undo=f"/changes/{change.id}/undo/")
