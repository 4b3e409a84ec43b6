"""The validation report of a site's data: what to mend, what is complete beside other sites, what changed."""
