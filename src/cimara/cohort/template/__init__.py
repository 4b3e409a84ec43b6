"""A workbook that a site can fill in place of REDCap: one sheet a form, with drop-downs and limits."""
