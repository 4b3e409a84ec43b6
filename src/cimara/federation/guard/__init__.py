"""What must hold before anything leaves a site, and of every sum."""
