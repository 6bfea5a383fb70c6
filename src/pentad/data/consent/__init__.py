"""What customers agree to: for which purpose, by which channel, since when, and how we know."""
