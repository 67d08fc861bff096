"""Pictures, desktop entries and translations."""
