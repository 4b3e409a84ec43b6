"""What the benchmarks compare with, where it has to be written first."""
