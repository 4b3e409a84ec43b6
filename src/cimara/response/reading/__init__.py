"""From files to a Study and back: the tidy tables, and SDTM."""
