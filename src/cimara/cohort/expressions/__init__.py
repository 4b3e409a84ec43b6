"""The closed language of conditions and values: over the columns of a row, and over the rows of a patient."""
