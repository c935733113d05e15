"""The working group's desk for clinics. Every change goes through an action."""

from clinics.admin import clinics

__all__ = ["clinics"]
