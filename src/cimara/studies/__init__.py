"""Studies as a whole: from a study file and the submissions of its sites to the report."""
