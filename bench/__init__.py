"""Benchmarks against named peers: each prints a ratio measured in one run."""
