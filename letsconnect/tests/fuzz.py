"""Requests no page of ours expects, made by a seeded die: every address, everybody, odd everything."""

import random
import re
from html import unescape
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.test import Client

from letsconnect.tests.doors import DOORS, PEOPLE
from letsconnect.tests.serving import serve
from letsconnect.tests.undoing import Undoing

HUGE = "9" * 30
TOKEN = "a" * 32
METHODS = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "FOO", "G-T", ""]
CHARSETS = ["utf-8", "UTF8", "hex", "zlib", "bz2", "rot13", "idna", "punycode", "utf-7", "utf-16", "utf-32", "latin-1"]
CHARSETS += [
    "base64",
    "uu",
    "quopri",
    "mbcs",
    "undefined",
    "unicode_escape",
    "raw_unicode_escape",
    "cp037",
    "\x00",
    "é",
]
CHARSETS += ["", "no-such", "x" * 3000, '"utf-8', "utf-8;charset=hex"]
TYPES = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"]
TYPES += [
    "multipart/form-data; boundary=é",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/mixed; boundary=x",
]
TYPES += [
    "text/plain",
    "application/json",
    "application/xml",
    "; ;;",
    "/",
    "é/é",
    "a/b; charset*=zzz''x",
    "text/plain;=",
]
VALUES = ["", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%", "%zz", "x" * 10_000, HUGE, f"-{HUGE}", "-1", "0", "1", "1.5"]
VALUES += ["2147483648", "9223372036854775808", "-9223372036854775809", "1e400", "NaN", "Infinity", "%D9%A3", "%C2%B2"]
VALUES += [
    "9999-12-31",
    "0001-01-01",
    "2026-13-45",
    "2026-03-05T12:00Z",
    "9999-12-31T23:59Z",
    "24:00",
    "23:59:59.999999",
]
VALUES += ["null", "true", "on", "[]", "{}", "[[[[]]]]", "[" * 2000, '{"a":{"a":[1e999]}}', "%22", "'", "a%0D%0AX-H: y"]
VALUES += [
    "%E2%80%AE",
    "%F0%9F%8F%B3",
    "%EF%BF%BF",
    "%F4%8F%BF%BF",
    "a%40b.c",
    "%40",
    "a%40" + "b" * 300,
    "//evil.example",
]
VALUES += [
    "javascript:alert(1)",
    "https://[::1",
    "http://%00",
    "../../etc/passwd",
    "a:b",
    "1:2:3",
    "a:b:c",
    ".",
    "..",
    "/",
    "|",
]
VALUES += ["Mars/Olympus", "../UTC", "%C3%A9", "1,2", "a&a=b", "__all__", "-pk", "pk__in", "en", "zh-hant", "x-klingon"]
NAMES = [
    "q",
    "p",
    "page",
    "o",
    "e",
    "all",
    "id",
    "pk",
    "next",
    "term",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "show",
]
NAMES += ["state", "state__exact", "region", "region__exact", "kind", "id__in", "pk__in", "skill", "topic", "language"]
NAMES += [
    "minutes",
    "starts_at__year",
    "starts_at__month",
    "owed_at__day",
    "round__id__exact",
    "learner",
    "sharer",
    "email",
]
NAMES += [
    "app_label",
    "model_name",
    "field_name",
    "action",
    "_selected_action",
    "select_across",
    "index",
    "code",
    "seen",
]
NAMES += [
    "version",
    "is_active__exact",
    "name__regex",
    "name__in",
    "member__email__startswith",
    "\x00",
    "a[b]",
    "%00",
    "",
]
BROKEN_BODIES = [
    b"--x\r\nContent-Disposition: form-data; name=a",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00"\r\nContent-Type: \xff\r\n\r\nx\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data; name*=hex''a\r\n\r\nb\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n!!\r\n--x--\r\n",
    b"--x\r\n\r\n--x--",
    b"\xff\xfe\x00",
    b"{" * 3000,
    b'{"a": "\\ud800"}',
    b"a=1&" * 1500,
    b"&&==&%&%=%",
    b"csrfmiddlewaretoken=%00",
    b"",
]
COOKIES = [
    r'sessionid="\000\000aaaaaaaa"',
    "sessionid=" + "x" * 5000,
    "sessionid=\x01\x02",
    "sessionid=abcdefgh",
    "sessionid=",
    r'csrftoken="\000"',
    "django_language=xx; django_language=" + "é" * 40,
    "messages=W1siX19qc29uX21lc3NhZ2UiLDAsMjAsIngiXV0:1:x",
    "messages=" + "[" * 3000,
    ";;;=;=;,,",
    "a" * 9000,
    "\xff\xfe=\xff",
]
HEADERS = {
    "HTTP_ACCEPT_LANGUAGE": [
        "xx;;q=9,,*",
        "ar;q=1e400",
        "é",
        "en," * 2000,
        "*;q=-1",
        "\x00",
        "zh-hant-" * 50,
        "en_US.UTF-8",
    ],
    "HTTP_HOST": ["", "evil.example", "[::1", "127.0.0.1:port", "a b", "é", "127.0.0.1:99999999", "x" * 5000, "\x00"],
    "HTTP_X_FORWARDED_FOR": ["", ",,,", "\x00", "x" * 5000, "1.2.3.4, ::1, é", "999.1.1.1"],
    "HTTP_X_FORWARDED_PROTO": ["https", "https,http", "\x00"],
    "HTTP_X_FORWARDED_HOST": ["evil.example", "é"],
    "REMOTE_ADDR": ["", "unix:", "::1%eth0", "é", "\x00"],
    "HTTP_RANGE": ["bytes=0-", "bytes=9-1,-,x", "x"],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Thu, 99 Zzz 9999 99:99:99 GMT", "\x00"],
    "HTTP_IF_NONE_MATCH": ["*", '"x', "\x00"],
    "HTTP_REFERER": ["", "http://[::1", "\x00", "é", "https://evil.example/"],
    "HTTP_ORIGIN": ["null", "http://[::1", "\x00", "https://evil.example", "file://"],
    "HTTP_SEC_FETCH_SITE": ["same-origin", "cross-site", "\x00"],
    "HTTP_HX_REQUEST": ["true", "\x00"],
    "HTTP_HX_CURRENT_URL": ["http://[::1", "\x00"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_AUTHORIZATION": ["Basic !!", "Bearer \x00", "x" * 9000],
    "HTTP_USER_AGENT": ["", "\xff\xfe", "x" * 9000],
    "HTTP_ACCEPT": ["", "*/*;q=x", "application/json", "/;/"],
    "HTTP_TRANSFER_ENCODING": ["chunked", "identity, chunked"],
    "HTTP_EXPECT": ["100-continue"],
    "CONTENT_LENGTH": ["-1", "x", "0", "99999999999999999999", "1.5", "", "7"],
    "SERVER_PROTOCOL": ["HTTP/0.9", "HTTP/9"],
    "QUERY_STRING": ["%00", "\xff\xfe", "a" * 9000, "a=1&" * 1500, "&&==", "=%zz", "\x00"],
}


class Fuzz:
    """A die, the people with their sessions, and what forms they have been shown."""

    def __init__(self, world, *, seed):
        self.world, self.dice = world, random.Random(seed)
        self.paths = [(door, door.path(world)) for door in DOORS]
        self.sessions = {name: self._session(world.people[name]) for name in PEOPLE}
        self.fields = {}
        self.undoing = Undoing()

    def _session(self, member):
        client = Client()
        if member is None:
            return ""
        client.force_login(member)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def request(self):
        """Send one request; return its status and how to send it again."""
        dice = self.dice
        door, path = dice.choice(self.paths)
        who = dice.choice(PEOPLE if dice.random() < 0.4 else self._welcome(door))
        method = "POST" if dice.random() < 0.5 else "GET" if dice.random() < 0.75 else dice.choice(METHODS)
        parts = urlsplit(self._mutated(path) if dice.random() < 0.2 else path)
        query = self._query(parts.query) if dice.random() < 0.4 else parts.query
        environ = {"REQUEST_METHOD": method, "PATH_INFO": _wsgi(parts.path), "QUERY_STRING": query}
        environ["HTTP_COOKIE"] = self._cookies(who)
        environ["HTTP_X_CSRFTOKEN"] = TOKEN if dice.random() < 0.95 else dice.choice(["", "x", "\x00", "é" * 32])
        body = b""
        if method not in ("GET", "HEAD"):
            body, environ["CONTENT_TYPE"] = self._body(door, path)
        elif dice.random() < 0.2:
            environ["CONTENT_TYPE"] = f"{dice.choice(TYPES)}; charset={dice.choice(CHARSETS)}"
        if dice.random() < 0.3:
            for name in dice.sample(sorted(HEADERS), dice.randint(1, 3)):
                environ[name] = dice.choice(HEADERS[name])
        return self._send(body, environ), (who, environ, body[:400])

    def _send(self, body, environ):
        with self.undoing:
            return serve("/", body=body, **environ).status

    def _welcome(self, door):
        """Those who are shown the page, or who can press its button."""
        answers = zip(PEOPLE, door.get.split(), (door.post or door.get).split(), strict=True)
        return [name for name, get, post in answers if get == "200" or post[0] in "24" or "+" in post] or PEOPLE

    def _mutated(self, path):
        dice = self.dice
        pieces = path.split("/")
        number = dice.randrange(1, len(pieces))
        pieces[number] = dice.choice(
            [dice.choice(VALUES), pieces[number] + dice.choice(VALUES), pieces[number][:-1] + "A", pieces[number][::-1]]
        )
        return "/".join(pieces) + dice.choice(["", "/", "//", "/x", "?", "%00"])

    def _query(self, query):
        dice = self.dice
        more = [f"{dice.choice(NAMES)}={dice.choice(VALUES)}" for _ in range(dice.randint(1, 4))]
        return "&".join([query, *more]) if query else "&".join(more)

    def _cookies(self, who):
        dice = self.dice
        words = [self.sessions[who], f"{settings.CSRF_COOKIE_NAME}={TOKEN}"]
        if dice.random() < 0.1:
            words.append(dice.choice(COOKIES))
            dice.shuffle(words)
        return "; ".join(filter(None, words))

    def _body(self, door, path):
        dice = self.dice
        kind = TYPES[0] if dice.random() < 0.7 else dice.choice(TYPES)
        if dice.random() < 0.1:
            kind += f"; charset={dice.choice(CHARSETS)}"
        if dice.random() < 0.15:
            return dice.choice(BROKEN_BODIES), kind
        honest = self._fields_shown(door, path)
        names = sorted(honest) or NAMES
        broken = set(dice.sample(names, min(len(names), dice.randint(1, 3))))
        if dice.random() < 0.1:
            broken = set(names)
        filled = honest | {name: dice.choice(VALUES) for name in sorted(broken)}
        return "&".join(f"{quote(name)}={value}" for name, value in filled.items()).encode(), kind

    def _fields_shown(self, door, path):
        """The fields of the forms on this page as somebody who may see it is shown them, with what stands in them."""
        if path not in self.fields:
            with self.undoing:
                page = serve(path, HTTP_COOKIE=self.sessions[self._welcome(door)[0]]).body.decode(errors="replace")
            found = {}
            for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page):
                name, value = re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
                if name and "TOTAL_FORMS" not in name[1]:  # eighty rows take seconds to draw
                    found[unescape(name[1])] = quote(unescape(value[1])) if value else "1"
            found |= {name: quote(str(value)) for name, value in door.posted(self.world).items()}
            self.fields[path] = {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}
        return self.fields[path]


def _wsgi(path):
    """The path as a web server hands it on: percent-decoded bytes, each as one character."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), path.encode())
    return raw.decode("latin-1")
