"""Segments of a million customers: each kind of condition beside a query by hand, kept up, and as the events grow."""
