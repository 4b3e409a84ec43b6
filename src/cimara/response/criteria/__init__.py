"""Response criteria, one module or folder each."""
