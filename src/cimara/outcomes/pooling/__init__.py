"""From several estimates to one: completed data sets of multiple imputation, and sites."""
