"""A package, so that the story is told once for it and undone after it."""
