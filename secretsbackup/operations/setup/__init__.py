"""Set up: everything that happens before the first backup of a profile."""
