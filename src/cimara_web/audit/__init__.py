"""The audit trail: what was done, by whom, about what, in one chain that nothing can be taken out of."""
