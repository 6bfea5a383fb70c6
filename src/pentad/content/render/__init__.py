"""How a message becomes text for one customer. Pure: no Django, no database."""
