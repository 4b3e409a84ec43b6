"""What people get of a federated analysis, with the rules of release applied."""
