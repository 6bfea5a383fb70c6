"""What for: purposes of the workspace, which roles work for them, and which fields may be used for them alone."""
