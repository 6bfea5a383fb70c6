"""How the log is said in words. Pure."""

from typing import Any

LABELS = {
    "sign_in": "Signed in",
    "sign_in_failed": "Sign-in failed",
    "sign_out": "Signed out",
    "second_step_failed": "Second step failed",
    "token_refused": "API token refused",
    "token_used_again": "An app’s used code or token came again",
    "view": "Looked at",
    "reveal": "Uncovered a field",
    "export": "Exported",
    "export_people": "Exported customers",
    "export_audit": "Exported the audit log",
    "prune_audit": "Let old audit lines go",
    "accept_missing": "Accepted missing audit lines",
    "views_lost": "Looks not recorded",
}
ICONS = {
    "sign_in": "log-in",
    "sign_out": "log-out",
    "sign_in_failed": "ban",
    "second_step_failed": "ban",
    "token_refused": "ban",
    "token_used_again": "ban",
    "view": "eye",
    "reveal": "eye",
}
VERBS = (
    (("add", "create", "new", "invite", "invitation"), "plus"),
    (("delete", "remove", "erase", "prune", "revoke", "archive", "block"), "trash-2"),
    (("export",), "download"),
    (("merge",), "git-merge"),
    (("undo", "restore", "retry"), "undo-2"),
)
BAD = frozenset({"sign_in_failed", "second_step_failed", "token_refused", "token_used_again", "views_lost"})
HOWS = {"page": "page", "peek": "peek", "timeline": "timeline", "api": "API", "list": "list"}


def label(action: str) -> str:
    """`merge_people` as “Merge people”."""
    return LABELS.get(action) or action.replace("_", " ").capitalize()


def icon(action: str) -> str:
    first = action.partition("_")[0]
    return ICONS.get(action) or next((icon for verbs, icon in VERBS if first in verbs), "pencil")


def detail_lines(detail: Any) -> list[tuple[str, str]]:
    """(name, value) of each thing a line tells, as texts."""
    if not isinstance(detail, dict):
        return []
    return [(name.replace("_", " ").capitalize(), said(value)) for name, value in detail.items()]


def summary(detail: Any) -> str:
    """The same on one line."""
    return ", ".join(f"{name.lower()}: {value}" for name, value in detail_lines(detail))[:200]


def said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {said(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(said(one) for one in value) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def split(subject: str) -> tuple[str, str]:
    """(kind, id) of "person:0191…"; the id is empty for what there is one of."""
    kind, _, id = subject.partition(":")
    return kind, id


def short_id(id: str) -> str:
    """The end of a long id, by which people tell two apart."""
    return id if len(id) <= 24 else f"…{id[-6:]}"
