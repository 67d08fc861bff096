"""The archive at a destination: what it holds, where it came from, what it needs, and how it is repaired."""
