"""Restore: fetch what was chosen, and put it into a new folder or back in place."""
