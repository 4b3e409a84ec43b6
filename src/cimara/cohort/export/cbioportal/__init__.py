"""A cohort as a study folder of cBioPortal, after the disclosure filter."""
