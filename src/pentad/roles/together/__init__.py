"""Working on the same record at once: who is there, what two changed meanwhile, and drafts that survive."""
