"""Taking back, for 30 days, what was done to many records at once or is hard to do again: see kinds.py."""
