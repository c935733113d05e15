"""The working group's desk for clinics. Every change goes through an action."""

from clinics.admin import clinics, hour_rules, mass_acts, raised, seat_rules, series, topics, usual

__all__ = ["clinics", "hour_rules", "mass_acts", "raised", "seat_rules", "series", "topics", "usual"]

mass_acts.register()
