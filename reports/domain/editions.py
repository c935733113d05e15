"""What can go wrong with an edition of figures."""


class EditionError(Exception):
    """An expected refusal; its text can be shown to the person."""


class EditionRefused(EditionError):
    """The person may not do this, or something is missing."""


class EditionChanged(EditionError):
    """Somebody else changed or published the edition meanwhile."""


class AddressTaken(EditionRefused):
    """Another edition has the address that was chosen."""
