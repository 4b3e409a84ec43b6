"""Response assessment for brain and leptomeningeal metastases, with a reason on every row."""
