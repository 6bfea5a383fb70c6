"""A definition as a sentence and back, without loss: `say` writes it, `parse` reads it.

plan is "family" and did "Order Completed" at least 2 times in the last 30 days
"""

from pentad.intelligence.segments.parsing import parse
from pentad.intelligence.segments.saying import say

__all__ = ["parse", "say"]
