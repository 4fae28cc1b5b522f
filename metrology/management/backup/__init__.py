"""Backups: a folder with the database at one moment, the files it speaks of, and a manifest of both."""
