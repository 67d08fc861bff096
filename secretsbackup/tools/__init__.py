"""What we drive: one file (or folder), one foreign tongue."""
