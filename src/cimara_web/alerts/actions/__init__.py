"""The writes of alerts.

They take no `by` and write no audit event: whoever holds a mailed link is meant, and nobody else is told.
"""
