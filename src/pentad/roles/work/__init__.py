"""Tasks: what a colleague is to do until when, and why; about a customer, a company, or nothing."""
