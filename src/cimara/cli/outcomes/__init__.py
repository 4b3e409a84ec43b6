"""`cimara outcomes`: one file a verb."""
