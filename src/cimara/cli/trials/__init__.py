"""`cimara trials VERB`: one file a verb."""
