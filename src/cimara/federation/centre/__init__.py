"""The coordinating centre: orders a job, sums its rounds, and takes it up again after a fault."""
