"""Custom fields: traits of a declared type, made in the settings and not in code."""
