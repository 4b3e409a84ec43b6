"""Registry records -> CNS eligibility -> search, matching, endpoint atlas, survey."""
