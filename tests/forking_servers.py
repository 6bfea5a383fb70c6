"""Loaded besides by the process that servers are forked from: what each `pentad up` loads before it is ready."""

import pentad.config.serve
import pentad.config.urls
import pentad.config.wiring  # noqa: F401
from tests.forking_pentad import freeze

freeze()
