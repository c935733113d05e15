"""Rooms for calls on a service of others: a name that nobody guesses, made when somebody asks for it.

Nothing is sent to the service: it opens a room when the first of the two follows the link.
"""

import secrets
from urllib.parse import urlsplit

from django.conf import settings

_BYTES_OF_CHANCE = 16


def host_of_rooms() -> str:
    """Return the host of the service on which rooms are offered; "" where none is."""
    return urlsplit(settings.CALL_ROOM_URL).netloc


def new_room() -> str:
    """Return the link to a room that nobody else knows."""
    return f"{settings.CALL_ROOM_URL}/lets-connect-{secrets.token_hex(_BYTES_OF_CHANCE)}"
