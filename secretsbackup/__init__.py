"""Secrets Backup: encrypted, incremental, off-site backups that plain duplicity and gpg can read."""

__version__ = "0.1.0"
