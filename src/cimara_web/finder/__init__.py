"""The trial finder: a path of questions for patients, search and trial pages for everyone."""
