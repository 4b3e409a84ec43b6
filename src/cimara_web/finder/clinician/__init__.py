"""The clinician path: every fact of a profile on one page, a bundle read into it, a table of criteria out."""
