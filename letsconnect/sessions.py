"""Sessions in the database: a visitor's lasts a day, a member's as long as the settings say."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from letsconnect.base.statements import Statement

OF_A_VISITOR = 24 * 60 * 60  # seconds
_SESSION = Statement(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """Sessions with a short life for visitors, because anybody can start one by pressing a button."""

    def get_session_cookie_age(self) -> int:
        return super().get_session_cookie_age() if SESSION_KEY in self else OF_A_VISITOR

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """Read the row as Django does, by a statement that is not written anew for each page."""
        rows = _SESSION.rows({"key": self.session_key, "now": timezone.now()})
        if not rows:
            self._session_key = None
        return next(iter(rows), None)


class SessionMiddleware(middleware.SessionMiddleware):
    """Keep the cookie of a browser whose session is not there.

    Somebody who presses a button twice sends the second request with the session that the first one replaced; deleting
    the cookie then would sign them out just after they signed in. What ends a session here deletes the cookie itself.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
