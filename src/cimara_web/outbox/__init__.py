"""Mails that wait to be sent."""
