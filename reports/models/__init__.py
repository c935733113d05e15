"""The tables of the reports: what was published, as it was reported."""

from reports.models.editions import Edition, EditionQuote, EditionTable, EditionText

__all__ = ["Edition", "EditionQuote", "EditionTable", "EditionText"]
