"""Pages of studies: as strangers see them, and the workspace of those who are in them."""
