"""Dates in Arabic: Django has no format for a moment, and wrote the month before its day."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، H:i"
TIME_FORMAT = "H:i"
