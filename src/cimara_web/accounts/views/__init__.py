"""Pages of sign-in and of what is one's own."""
