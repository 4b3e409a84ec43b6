"""The facts of a cohort in the forms that response assessment and endpoint derivation read."""
