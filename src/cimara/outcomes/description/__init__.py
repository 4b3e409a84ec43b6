"""What a population is like: counts, means and quantiles, whole or over parts."""
