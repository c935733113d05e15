"""The working group's desk for letters. The buttons call the same actions as everything else."""

from mailings.admin import letters, mass_acts, newsletter_versions, newsletters, subscriptions, suppressions

__all__ = ["letters", "mass_acts", "newsletter_versions", "newsletters", "subscriptions", "suppressions"]

mass_acts.register()
