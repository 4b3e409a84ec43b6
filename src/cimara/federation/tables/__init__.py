"""Studies over one flat table a site."""
