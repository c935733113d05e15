"""Skills: searched by typing, counted without revealing who, and replaced by their heirs after a merge."""

from registrations.skills.finding import FoundSkill, search
from registrations.skills.hints import Row, hints
from registrations.skills.suggestions import decided_suggestions, sentences_of_suggestions

__all__ = ["FoundSkill", "Row", "decided_suggestions", "hints", "search", "sentences_of_suggestions"]
