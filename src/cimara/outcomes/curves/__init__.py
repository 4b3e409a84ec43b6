"""Curves over time and what is read off them: survival, incidence, restricted means, boxes, landmarks."""
