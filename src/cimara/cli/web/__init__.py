"""`cimara web VERB`: the one place of the library that may reach the portal."""
