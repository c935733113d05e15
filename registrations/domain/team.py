"""What can be decided about the page of the team and the messages written there."""

from datetime import timedelta

from registrations.domain.registrations import RegistrationError

LONGEST_MESSAGE = 3000
MESSAGES_A_DAY = 5  # of one writer
MOST_OF_A_NETWORK = 20  # that wait for their codes
UNSENT_KEPT_FOR, KEPT_FOR = timedelta(days=1), timedelta(days=30)


class TooManyMessages(RegistrationError):
    """Somebody, or somebody's network, has written as often as a day allows."""


class NotShown(RegistrationError):
    """Nobody stands on the page of the team by this name any more, or cannot."""
