"""Where a customer is reached by a channel: as consent knows it, which the contact policy asks too."""

from pentad.data.consent.addressing import Reached, reached

__all__ = ["Reached", "reached"]
