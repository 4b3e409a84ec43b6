"""Double entry: whether two curators read the same chart in the same way."""
