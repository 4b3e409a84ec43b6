"""Accounts: who can sign in, with what factors, in which roles, and how they take their data or leave."""
