"""The demonstration study: an invented consortium, from dirty exports to the report."""
