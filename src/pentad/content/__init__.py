"""What we say: messages, and how they become text for one customer."""
