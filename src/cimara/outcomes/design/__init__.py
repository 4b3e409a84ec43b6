"""Trial designs: from an endpoint and a question to patients, boundaries and the analysis that runs them."""
