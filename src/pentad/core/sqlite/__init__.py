"""Django's backend for SQLite, whose threads take turns at writing: see `base`."""
