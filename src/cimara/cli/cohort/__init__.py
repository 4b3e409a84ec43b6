"""`cimara cohort`: one thin file a verb."""
