"""Verify: restore a sample as a new computer would, and compare it."""
