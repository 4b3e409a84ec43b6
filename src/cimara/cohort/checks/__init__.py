"""Says what is wrong in a data set: every rule over cells, rows and tables, all findings in one run."""
