"""Computed traits: what customers did, as a figure that is kept as a trait of each."""
