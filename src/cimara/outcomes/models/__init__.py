"""Regression models of times to events: their fits, residuals, predictions and checks."""
