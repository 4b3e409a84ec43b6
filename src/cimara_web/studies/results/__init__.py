"""What comes of an analysis: a bundle that is checked before it is kept, and shown file by file."""
