"""The pages of the consortium office."""
