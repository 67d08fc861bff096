"""Wizards: questions one after the other. The frame, a page, and the list of steps."""
