"""The working group's desk for people: the review queue, members, seats, skills and groups."""

from registrations.admin import members, reference, registration

__all__ = ["members", "reference", "registration"]
