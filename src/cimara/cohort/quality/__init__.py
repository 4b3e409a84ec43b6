"""How good the data of a site are, by themselves and beside those of the other sites; flags are advice."""
