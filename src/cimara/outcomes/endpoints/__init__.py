"""Endpoint definitions as data: read, checked, printed, derived, compared."""
