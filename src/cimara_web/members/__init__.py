"""The consortium's people and places: directory, capabilities, invitations, a search for an idea."""
