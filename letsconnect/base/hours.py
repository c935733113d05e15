"""Hours and weeks: which weeks are compared, and what is free in them."""

from datetime import date, timedelta


def next_monday(today: date) -> date:
    """Return the first Monday after ``today``: people need some days to answer and agree an hour."""
    return today + timedelta(days=7 - today.weekday())
