"""One file a command; `cimara web VERB` calls the command of that name."""
