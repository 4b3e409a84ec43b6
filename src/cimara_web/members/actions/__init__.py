"""The writes of members: institutions and what they can do, invitations, profiles, messages, leaving."""
