"""Pentad: unified customer experience management in one program."""

__version__ = "0.1.0"
