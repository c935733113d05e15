"""Sessions in the database: those of visitors last a day, those of members as long as the settings say."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

OF_A_VISITOR = 24 * 60 * 60  # seconds


class SessionStore(db.SessionStore):
    """Anybody makes a visitor's session by pressing a button, so it is gone as soon as its use can be over."""

    def get_session_cookie_age(self) -> int:
        return super().get_session_cookie_age() if SESSION_KEY in self else OF_A_VISITOR


class SessionMiddleware(middleware.SessionMiddleware):
    """Take no cookie from a browser only because its session is not there.

    Who presses a button twice sends the second request with the session that the first one replaced; to delete the
    cookie then would sign out who has just signed in. Whatever ends a session here says so itself.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
