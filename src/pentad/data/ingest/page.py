"""What views of data screens share: who acts, toasts, leaving a dialog, and why nothing is loaded."""

from pentad.core.health import readiness
from pentad.roles.page import actor_of, is_part, modal_done, toast

__all__ = ["actor_of", "is_part", "modal_done", "standstill", "toast"]


def standstill() -> str:
    """Why nothing is loaded at the moment; "" when all is well."""
    check = readiness.result()["checks"].get("loader")
    return check["detail"] if check and not check["ok"] else ""
