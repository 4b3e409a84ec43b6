"""From a site's export to a study data set: data model, checks, mapping, de-identification, submissions."""
