"""How colleagues come in, and back in: invitations, links to set a password, the mails that carry them."""
