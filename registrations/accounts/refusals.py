"""Why no letter with a code goes out."""

from registrations.domain.registrations import RegistrationError, TooManyCodes


class CodeNotSent(RegistrationError):
    """The mail server did not take the letter with the code."""


class LimitReached(TooManyCodes):
    """This browser or network has asked for too many; another may be in ``retry_after`` seconds."""

    retry_after = 3600


class EnoughLetters(LimitReached):
    """The address has had its letters for this hour; the ``newest`` (its row's number) works meanwhile."""

    newest = 0
