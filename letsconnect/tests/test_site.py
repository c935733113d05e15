"""Guards over the whole site."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = ["/", "/code-of-conduct/", "/privacy/", "/contact/"]


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
def test_every_answer_carries_the_policy(client, path):
    assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]
