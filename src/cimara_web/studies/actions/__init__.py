"""The writes of studies: their life, their sites, papers and people, and what sites send."""
