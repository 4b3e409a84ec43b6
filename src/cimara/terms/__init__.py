"""Floor 0: the words that all rooms of the house share."""
