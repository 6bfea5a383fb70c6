"""Messages with their versions: written, checked, published, and composed for customers."""
