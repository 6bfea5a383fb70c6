"""What speaks with the services that carry messages."""
