"""Cohorts in the forms of others: OMOP CDM, cBioPortal, FHIR (mCODE, CodeX RT), plain tables."""
