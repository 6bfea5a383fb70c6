"""What a message changed: arms, measuring, and what may be concluded from it at any time."""
