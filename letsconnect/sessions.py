"""Sessions in the database: those of visitors last a day, those of members as long as the settings say."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

OF_A_VISITOR = 24 * 60 * 60  # seconds


class SessionStore(db.SessionStore):
    """Anybody makes a visitor's session by pressing a button, so it is gone as soon as its use can be over."""

    def get_session_cookie_age(self) -> int:
        return super().get_session_cookie_age() if SESSION_KEY in self else OF_A_VISITOR
