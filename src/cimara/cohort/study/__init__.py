"""The study file: who is studied, with which variables, under which terms, and who has signed it."""
