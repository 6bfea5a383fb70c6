"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.content.messages.models import Message, MessageVersion

__all__ = ["Message", "MessageVersion"]
