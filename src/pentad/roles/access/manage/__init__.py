"""Looking after rights: roles, teams, owners, shares, elevation; and telling why somebody may or may not."""
