"""Submissions: every accepted version of a site's data, unchanged, with who sent it and what it hashes to."""
