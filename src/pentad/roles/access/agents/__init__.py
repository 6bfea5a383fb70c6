"""Agents: programs that act by themselves, AI ones included. An API key with an explicit list, an owner and a daily limit."""
