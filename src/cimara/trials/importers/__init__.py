"""Readers of registry forms; each yields studies and issues."""
