"""The working group's desk for rounds and matches. The buttons call the same actions as everything else."""

from matching.admin import matches, rounds

__all__ = ["matches", "rounds"]
