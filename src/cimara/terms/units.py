"""Units of time and dose that registry text and endpoints share."""

DAYS_PER_WEEK = 7
DAYS_PER_MONTH = 30.4375
"""Mean month of the Julian year, for time frames; stability rules read "1 month" as 30 days."""
DAYS_PER_YEAR = 365.25
KM_PER_MILE = 1.609344
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the WGS84 ellipsoid (IUGG)."""
