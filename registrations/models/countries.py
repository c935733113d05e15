"""What the database keeps about a country: how a code is written, and not which codes there are.

Which countries there are stands in one table, `reference/countries.py`. Forms, the importer and the choices of each
model ask it, so a new country is a line there and no migration.
"""

from django.db.models import Q


def is_no_country_or_two_capital_letters() -> Q:
    """Return the condition of a check: "" or a code as ISO 3166 writes it."""
    return Q(country="") | Q(country__regex="^[A-Z]{2}$")
