"""The working group's desk for letters. The buttons call the same actions as everything else."""

from mailings.admin import letters, newsletter_versions, newsletters, subscriptions, suppressions

__all__ = ["letters", "newsletter_versions", "newsletters", "subscriptions", "suppressions"]
