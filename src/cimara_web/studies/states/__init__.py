"""The states of a study and of what belongs to it, as tables (portal.md section 5)."""
