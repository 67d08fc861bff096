"""Keys: GnuPG keys, their passphrases, and the recovery kit that outlives this computer."""
