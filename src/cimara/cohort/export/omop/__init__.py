"""A cohort as tables of the OMOP Common Data Model 5.4 with its oncology episodes."""
