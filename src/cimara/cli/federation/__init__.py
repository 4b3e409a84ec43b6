"""`cimara federation`: one thin file a verb."""
