"""The audit log: who did, saw and took what, when and from where; sealed, so that nothing is changed unnoticed.

Actions write their line by themselves (core.action). What is not an action is told here.
"""

from pentad.roles.audit.telling import exported, looked_at, record, refused, revealed, told_by

__all__ = ["exported", "looked_at", "record", "refused", "revealed", "told_by"]
