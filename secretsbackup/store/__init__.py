"""What we remember on this machine."""
