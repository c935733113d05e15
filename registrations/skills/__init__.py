"""Skills found by typing, counted without giving anybody away, and followed where they were merged."""

from registrations.skills.finding import Found, search
from registrations.skills.sharing import Row, hints

__all__ = ["Found", "Row", "hints", "search"]
