"""The writes of the audit trail: one, which adds an event."""
