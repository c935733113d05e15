"""Guards over the whole site."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from letsconnect.messages import HostCookieStorage
from letsconnect.tests.doors import DOORS

PUBLIC = ["/", "/code-of-conduct/", "/privacy/", "/contact/", "/who-may-take-part/", "/run-your-own/", "/api/"]


def patterns(resolver: URLResolver, prefix: str = ""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern
        elif getattr(pattern, "app_name", None) != "admin":
            yield from patterns(pattern, prefix + str(pattern.pattern))


def test_every_address_has_a_name():
    assert [address for address, pattern in patterns(get_resolver()) if not pattern.name] == []


@pytest.mark.django_db
def test_no_migration_is_pending():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PUBLIC, "/there-is-no-such-page/"])
@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_every_page_has_one_h1_its_language_and_the_strict_policy(client, path, language):
    response = client.get(path, headers={"accept-language": language})
    html = response.content.decode()

    assert len(re.findall(r"<h1\b", html)) == 1
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert path not in PUBLIC or ("codex-rtl.css" in html) == (language == "ar")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/static/css/portal.css", "/healthz", "/readyz", "/admin/", "/there-is-no-such-page/"]
)
@pytest.mark.django_db
def test_every_answer_carries_the_policies(client, path):
    headers = client.get(path).headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_what_the_web_server_answers_before_any_page_carries_them_too(settings):
    settings.SECURE_SSL_REDIRECT = True
    redirected = Client().get("/contact/")
    settings.SECURE_SSL_REDIRECT = False
    strange = Client().get("/", headers={"host": "evil.example"})

    assert (redirected.status_code, strange.status_code) == (301, 400)
    for answer in (redirected, strange):
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_search_engines_may_list_what_everybody_is_shown_and_nothing_else(world, client):
    """Asked by a visitor; whatever a person with a session sees is never to be listed."""
    listed = set()
    for door in DOORS:
        response = client.get(door.path(world))
        if "X-Robots-Tag" not in response.headers:
            listed.add(door.name)
    client.force_login(world.people["concerned"])
    assert [page for page in PUBLIC if client.get(page).headers.get("X-Robots-Tag") != "noindex"] == []

    assert listed == {
        *("home", "code-of-conduct", "privacy", "contact", "who-may-take-part", "run-your-own", "api"),
        "clinics:clinic-list",
        "clinics:clinic-detail",
        *("mailings:newsletter-list", "mailings:newsletter-detail"),
        *("robots", "security-txt"),
    }


def test_robots_are_told_the_same(client):
    text = client.get("/robots.txt").content.decode()

    assert text.startswith("User-agent: *\n")
    assert text.rstrip().endswith("Disallow: /")
    assert "Allow: /clinics/" in text
    assert "Allow: /newsletter/" in text


def test_whoever_found_a_hole_reads_where_to_write(client, settings):
    settings.CONTACT_EMAIL = "desk@portal.example.org"
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:desk@portal.example.org"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    left = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=100) < left < timedelta(days=365)


@pytest.mark.django_db
def test_a_message_between_two_pages_lies_in_a_cookie_of_this_host_alone(settings):
    assert HostCookieStorage.cookie_name == f"{settings.COOKIE_PREFIX}messages"
    assert settings.MESSAGE_STORAGE == "letsconnect.messages.HostStorage"
