"""The JSON API: what the pages tell, told to programs."""
