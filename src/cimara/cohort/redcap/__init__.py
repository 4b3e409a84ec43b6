"""REDCap in and out: our data dictionary and anybody's, exports read, import files written."""
