"""Reasons why no letter with a code is sent."""

from registrations.domain.registrations import RegistrationError, TooManyCodes


class CodeNotSent(RegistrationError):
    """The mail server did not take the letter with the code."""


class LimitReached(TooManyCodes):
    """This browser or network has asked for too many codes; it may ask again in ``retry_after`` seconds."""

    retry_after = 3600


class EnoughLetters(LimitReached):
    """The address has had its letters for this hour; the ``newest`` letter (the number of its row) still works."""

    newest = 0
