"""What each generated page of the portal's reference says, one module a page."""
