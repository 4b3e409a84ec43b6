"""Tests that compare groups: the log-rank family, trend, pairs of groups, and Gray's test of incidences."""
