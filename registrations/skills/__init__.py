"""Skills found by typing, counted without giving anybody away, and followed where they were merged."""

from registrations.skills.finding import Found, search
from registrations.skills.hints import Row, hints
from registrations.skills.suggestions import news_of_suggestions, sentences_of_suggestions

__all__ = ["Found", "Row", "hints", "news_of_suggestions", "search", "sentences_of_suggestions"]
