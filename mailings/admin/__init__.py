"""The working group's desk for letters. The buttons call the same actions as everything else."""

from mailings.admin import letters

__all__ = ["letters"]
