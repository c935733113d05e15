"""The working group's desk for people: the review queue, members, seats, skills, groups, rules and imports."""

from registrations.admin import claims, eligibility, groups, mass_acts, members, registration, seats, skills, uploads

__all__ = ["claims", "eligibility", "groups", "mass_acts", "members", "registration", "seats", "skills", "uploads"]

mass_acts.register()
