"""De-identification at the site: the scan that refuses, days instead of dates, the age cap, small cells."""
