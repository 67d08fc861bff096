"""What we do: one file, one recipe, read from top to bottom."""
