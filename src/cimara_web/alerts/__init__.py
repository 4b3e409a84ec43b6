"""Alerts: a mail when a study of a chosen kind is new, or its record has changed."""
