"""Who may see and do what: colleagues, API keys, roles and rights, signing in."""

from pentad.roles.access.gate import signed_in

__all__ = ["signed_in"]
