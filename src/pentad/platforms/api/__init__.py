"""The public HTTP API, /api/v1. See api.py."""

from pentad.platforms.api.api import api

__all__ = ["api"]
