"""From an observed exposure to its effect: weights, standardisation, and what confounding would take."""
