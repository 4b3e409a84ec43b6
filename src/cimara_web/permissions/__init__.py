"""Who may do what: permissions, the roles that carry them, and the one check that all else asks."""
