"""The portal: Django over the library; it never computes science itself."""
