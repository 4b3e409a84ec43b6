"""The writes of the finder."""
