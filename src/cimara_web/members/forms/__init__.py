"""The forms of the directory, of joining and of the office."""
