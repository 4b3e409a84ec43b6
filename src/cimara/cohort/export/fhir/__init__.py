"""A patient as a FHIR R4 Bundle by the profiles of mCODE (STU 4) and CodeX RT."""
