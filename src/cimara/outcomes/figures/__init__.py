"""Figures of outcome results, fit to print: each with its numbers and its alternative text."""
