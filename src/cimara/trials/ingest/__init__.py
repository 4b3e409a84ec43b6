"""Builds a snapshot in two passes: every record is checked and ranked, then read in full into rows."""
