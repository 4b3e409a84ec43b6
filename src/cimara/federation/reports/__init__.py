"""The analyses of a study's report as a federation runs them."""
