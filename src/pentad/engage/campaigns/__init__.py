"""Campaigns: who is told what, when, by which channel, with what goal, and once."""
