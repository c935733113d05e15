"""The working group's desk for rounds and matches. The buttons call the same actions as everything else."""

from matching.admin import concerns, exclusions, mass_acts, matches, requests, rounds, rules

__all__ = ["concerns", "exclusions", "mass_acts", "matches", "requests", "rounds", "rules"]

mass_acts.register()
