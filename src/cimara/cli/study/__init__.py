"""`cimara study`: one thin file a verb."""
