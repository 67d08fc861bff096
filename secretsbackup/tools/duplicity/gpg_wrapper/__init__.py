"""The gpg that duplicity starts: a program of its own, which buffers and compresses for the real one."""
