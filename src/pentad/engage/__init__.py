"""What the competencies do together: campaigns."""
