"""A wiki on the loopback that answers as MediaWiki's OAuth 2 does, and a fixture that configures it."""

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from letsconnect.tests.waiting import PATIENCE

CLIENT_ID, SECRET = "portal-of-the-tests", "s3cret"
_DRIPS = 1_000_000  # more spaces than anybody waits for


class MediaWiki:
    """One wiki, one registered client, one person at the keyboard; attributes say how they behave."""

    def __init__(self, redirect_uri):
        self.redirect_uri = redirect_uri
        self.profile = profile()
        self.says_yes = True
        self.answers = {}  # a step, "token" or "profile": (status, content type, body) instead of the right one
        self.drips = set()  # steps whose answers begin, drip, and do not end before somebody says ``enough``
        self.enough = threading.Event()
        self.asked = []  # the steps that reached the wiki, with what they carried
        self.codes = {}
        self.tokens = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/w/rest.php"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, query):
        """Return status and headers: back to the portal with a code, or with MediaWiki's word for no."""
        self.asked.append(("authorize", query))
        right = query.get("client_id") == CLIENT_ID and query.get("response_type") == "code"
        if not right or query.get("redirect_uri") != self.redirect_uri or query.get("code_challenge_method") != "S256":
            return 400, {}
        if not self.says_yes:
            back = {"error": "access_denied", "state": query["state"]}
        else:
            code = secrets.token_urlsafe(8)
            self.codes[code] = query["code_challenge"]
            back = {"code": code, "state": query["state"]}
        return 302, {"Location": f"{self.redirect_uri}?{urlencode(back)}"}

    def token(self, form):
        """Give a token for a code, once, to whoever holds the secret and the verifier."""
        self.asked.append(("token", form))
        challenge = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            challenge is None
            or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET)
            or form.get("redirect_uri") != self.redirect_uri
            or form.get("grant_type") != "authorization_code"
        ):
            return 400, {"error": "invalid_grant", "error_description": "The code is not valid."}
        token = secrets.token_urlsafe(32)
        self.tokens.add(token)
        return 200, {"token_type": "Bearer", "expires_in": 14400, "access_token": token, "refresh_token": "r"}

    def _handler(wiki):  # noqa: N805  the handler below has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                url = urlsplit(self.path)
                if url.path == "/w/rest.php/oauth2/authorize":
                    query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
                    status, headers = wiki.authorize(query)
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif url.path == "/w/rest.php/oauth2/resource/profile":
                    wiki.asked.append(("profile", dict(self.headers)))
                    known = self.headers.get("Authorization", "").removeprefix("Bearer ") in wiki.tokens
                    # MediaWiki's handler leaves the content type at PHP's default.
                    self.answer("profile", 200 if known else 401, "text/html; charset=UTF-8", wiki.profile)

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                status, data = wiki.token({key: values[0] for key, values in form.items()})
                self.answer("token", status, "application/json; charset=UTF-8", data)

            def answer(self, step, status, kind, data):
                body = json.dumps(data).encode()
                status, kind, body = wiki.answers.get(step, (status, kind, body))
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body) + (_DRIPS if step in wiki.drips else 0)))
                if status == 302:
                    self.send_header("Location", "/w/rest.php/oauth2/resource/profile")
                self.end_headers()
                try:
                    while step in wiki.drips and not wiki.enough.wait(0.02):
                        self.wfile.write(b" ")
                    self.wfile.write(body)
                except OSError:  # nobody waits for it any more
                    return

            def log_message(self, *args):
                """Be quiet."""

        return Handler


def profile(**changed):
    """What MediaWiki tells without the email grant."""
    return {
        "sub": 4711,
        "username": "Amina Ben Ali",
        "editcount": 812,
        "confirmed_email": True,
        "blocked": False,
        "registered": "20190301120000",
        "groups": ["*", "user"],
        "rights": ["read", "edit"],
        "grants": ["mwoauth-authonly"],
        **changed,
    }


def private_profile(email="amina@example.org", **changed):
    """What MediaWiki tells with the email grant."""
    return profile(realname="", email=email, grants=["mwoauth-authonlyprivate"], **changed)


@pytest.fixture
def wiki(settings):
    wiki = MediaWiki(f"{settings.SITE_URL}/sign-in/wikimedia/callback/")
    settings.MEDIAWIKI_URL, settings.MEDIAWIKI_FORM_ORIGINS = wiki.url, [wiki.url.removesuffix("/w/rest.php")]
    settings.MEDIAWIKI_CLIENT_ID, settings.MEDIAWIKI_CLIENT_SECRET = CLIENT_ID, SECRET
    settings.MEDIAWIKI_SECONDS = PATIENCE  # this wiki answers as soon as the machine lets it
    yield wiki
    wiki.enough.set()
    wiki.stop()
