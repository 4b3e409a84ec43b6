"""Views of the response pages."""
