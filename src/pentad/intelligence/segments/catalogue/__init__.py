"""What there is to ask about: names, types and frequent values of what was really seen, for whoever writes a definition."""
