"""The working group's desk for people: the review queue, members, seats, skills, groups, rules and imports."""

from registrations.admin import eligibility, members, reference, registration

__all__ = ["eligibility", "members", "reference", "registration"]
