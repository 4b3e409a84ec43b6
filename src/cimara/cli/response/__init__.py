"""`cimara response VERB`: one file a verb."""
