"""The pages of the finder: parse, check, call, render."""
