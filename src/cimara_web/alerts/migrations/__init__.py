"""Schema of the finder, step by step."""
