"""The writes of the outbox."""
