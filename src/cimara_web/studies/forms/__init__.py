"""What can be typed on the pages of a study."""
