"""Regressions of outcomes without a time: yes or no, and counts."""
