"""A run: one attempt at doing something to a profile, and the user's own commands around it."""
