"""The pages of the network, the directory and the office."""
