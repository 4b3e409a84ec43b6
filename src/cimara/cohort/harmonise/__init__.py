"""From a site's own files to the data model by its mapping, and what the mappings of all sites can give."""
