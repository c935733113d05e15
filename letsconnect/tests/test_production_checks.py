"""With a real database, what is unsafe does not start, and says each thing by its name."""

import os
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from letsconnect import production_checks
from letsconnect.production_checks import EMBEDDED_SECRET_KEY, Environment, problems

SAFE = {
    "DATABASE_URL": "postgresql://portal@127.0.0.1:1/portal?sslmode=prefer",
    "SECRET_KEY": "Zx9" * 20 + "-of-nobody-else",
    "SITE_URL": "https://portal.example.org",
    "EMAIL_URL": "smtp+tls://portal:hush@mail.example.org",
}
FINE = Environment(
    secret_key=SAFE["SECRET_KEY"],
    site=urlsplit(SAFE["SITE_URL"]),
    has_email=True,
    is_debugging=False,
    allowed_hosts=["portal.example.org"],
    from_email="Let's Connect <letsconnect@portal.example.org>",
    contact_email="letsconnect@portal.example.org",
)


def manage(*words, code="", **told):
    named = {
        "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "SITE_URL", "DJANGO_SETTINGS_MODULE", "DEBUG",
        "ALLOWED_HOSTS", "FROM_EMAIL", "CONTACT_EMAIL",
    }  # fmt: skip
    known = {name: value for name, value in os.environ.items() if name not in named} | told
    command = ["-c", code] if code else ["manage.py", *words]
    return subprocess.run([sys.executable, *command], cwd=settings.BASE_DIR, env=known, capture_output=True, text=True)


def test_safe_settings_have_no_problem_and_loopback_may_do_without_https():
    local = replace(FINE, site=urlsplit("http://127.0.0.1:8000"), allowed_hosts=["127.0.0.1"], from_email="a@localhost")

    assert problems(FINE) == []
    assert problems(local) == []
    assert problems(replace(FINE, allowed_hosts=[".example.org"])) == []


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": EMBEDDED_SECRET_KEY}, "SECRET_KEY"),
        ({"secret_key": "changeme" * 7}, "SECRET_KEY"),
        ({"secret_key": "django-insecure-" + "aB3" * 20}, "SECRET_KEY"),
        ({"secret_key": "DJANGO-INSECURE-kq3v9s8fj2m4n5b6c7x8z9"}, "SECRET_KEY"),
        ({"secret_key": "abcdefgh" * 4}, "SECRET_KEY"),
        ({"secret_key": "qwertyuiop-qwertyuiop-qwertyuiop-qwe"}, "SECRET_KEY"),
        ({"secret_key": "please-change-me-before-going-live-x7"}, "SECRET_KEY"),
        ({"site": None}, "SITE_URL"),
        ({"site": urlsplit("http://portal.example.org")}, "SITE_URL"),
        ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ["elsewhere.example.org"]}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": []}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": [".org"]}, "ALLOWED_HOSTS"),
        ({"allowed_hosts": ["portal.example.org", ".org"]}, "ALLOWED_HOSTS"),
        ({"contact_email": "Us <us@example.org>"}, "CONTACT_EMAIL"),
        ({"contact_email": "mailto:us@example.org"}, "CONTACT_EMAIL"),
        ({"has_email": False}, "EMAIL_URL"),
        ({"is_debugging": True}, "DEBUG"),
        *[
            ({column: value}, column.upper())
            for column in ("from_email", "contact_email", "trust_outside_email")
            for value in ("a@localhost", "nobody", "a@host.local", "a@b.org, c@d.org", "", "Name <>", "@b.org")
        ],
    ],
)
def test_each_thing_that_is_missing_or_unsafe_is_named_with_what_to_do(columns, name):
    [line] = problems(replace(FINE, **columns))

    assert line.startswith(name)
    assert ":" in line


def test_everything_is_said_at_once():
    nothing = Environment(
        "", None, has_email=False, is_debugging=True, allowed_hosts=["*"], from_email="", contact_email=""
    )

    names = {line.split()[0] for line in problems(nothing)}

    assert names == {"SECRET_KEY", "SITE_URL", "EMAIL_URL", "FROM_EMAIL", "CONTACT_EMAIL", "DEBUG"}


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("portal.example.org", False),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(host, is_ours):
    assert production_checks.is_this_machine(host) is is_ours


def test_a_real_database_alone_does_not_start_and_hears_of_everything():
    refused = manage("check", DATABASE_URL=SAFE["DATABASE_URL"], SECRET_KEY=EMBEDDED_SECRET_KEY, DEBUG="1")

    assert refused.returncode != 0
    for name in ("SECRET_KEY is one that is published", "SITE_URL is not set", "EMAIL_URL is not set", "DEBUG is on"):
        assert name in refused.stderr


def test_a_safe_portal_passes_djangos_checks_for_deployment_and_its_cookies_are_of_its_host_alone():
    told = SAFE | {"SITE_URL": "HTTPS://Portal.Example.ORG/", "SECRET_KEY": "0123456789abcdef" * 2}
    checked = manage("check", "--deploy", "--fail-level", "INFO", **told)

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
    shown = manage(
        code="import letsconnect.settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.LANGUAGE_COOKIE_NAME,"
        " s.SECURE_HSTS_SECONDS, s.DATABASES['default']['OPTIONS']['sslmode'], s.DEFAULT_FROM_EMAIL)",
        **told,
    )
    assert shown.stdout.strip() == (
        "__Host-sessionid __Host-csrftoken __Host-django_language 31536000 prefer"
        " Let's Connect <letsconnect@portal.example.org>"
    ), shown.stderr


def test_a_site_without_a_host_starts_nowhere():
    refused = manage("check", SITE_URL="https://")

    assert refused.returncode != 0
    assert "SITE_URL names no host" in refused.stderr
