"""The writes of the API."""
