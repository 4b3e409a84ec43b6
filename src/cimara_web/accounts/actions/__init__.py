"""The writes of accounts: roles that are given and end, and what somebody does with their own account."""
