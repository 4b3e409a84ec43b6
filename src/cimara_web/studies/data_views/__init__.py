"""Pages of what sites send and of what comes of it: submissions, completeness, analyses, reports."""
