"""Studies as pages: what was asked, who is in them, what was found. No row of a patient is here."""
