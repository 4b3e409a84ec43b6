"""Mutation testing of the response rules: change one thing at a time, and see whether the spec tests notice.

mutmut's operators change the code of the rule modules; own ones add what it lacks (constants one less, forced
conditions, comparisons turned round, baseline for nadir). Cells of the decision tables, defaults of the
policy, presets and named constants are changed as data, which mutmut can't do.
"""
