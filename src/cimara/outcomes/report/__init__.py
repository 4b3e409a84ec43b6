"""Runs an analysis plan over derived data, and writes the report."""
