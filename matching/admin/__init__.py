"""The working group's desk for rounds and matches. The buttons call the same actions as everything else."""

from matching.admin import concerns, matches, rounds

__all__ = ["concerns", "matches", "rounds"]
