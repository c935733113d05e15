"""The working group's desk for rounds and matches. The buttons call the same actions as everything else."""

from matching.admin import concerns, exclusions, matches, requests, rounds, rules

__all__ = ["concerns", "exclusions", "matches", "requests", "rounds", "rules"]
