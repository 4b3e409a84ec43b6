"""A federation over NVIDIA FLARE 2.9: mutual TLS, signed jobs, and filters that belong to the sites."""
