"""One patient's visits as a person types them: a grid of lesions by visits, read, explained and drawn."""
