"""What it means, what to do next, and whether it worked."""
