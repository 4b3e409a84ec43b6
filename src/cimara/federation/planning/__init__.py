"""What a job would ask of a site, worked out before anything is sent."""
