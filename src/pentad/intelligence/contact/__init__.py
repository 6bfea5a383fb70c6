"""Whom we may reach, when and how often: suppressed addresses, consent, quiet hours, limits, holdout, best times."""
