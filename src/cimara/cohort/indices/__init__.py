"""What is worked out from a chart: prognostic indices, dose, concurrency, intervals, late effects."""
