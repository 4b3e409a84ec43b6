"""Backups of a portal: one tar with a manifest, taken while it serves, and put back whole or not at all."""
