"""What an operator may set about the frame."""

from pentad.core import settings

WORKSPACE = settings.define("workspace.name", "Pentad", "What this installation is called, shown in its corner.")
