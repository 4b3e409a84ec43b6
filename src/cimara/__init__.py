"""CIMARa: an open platform for research on brain metastases and leptomeningeal disease."""

__version__ = "0.1.0"
