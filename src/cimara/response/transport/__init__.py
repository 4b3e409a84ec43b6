"""Clinical data files: data sets with described variables, as XPT v5, Dataset-JSON 1.1 and CSV."""
