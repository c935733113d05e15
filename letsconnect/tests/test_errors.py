"""Requests that make no sense get a page that says so, which reads nothing that may be broken."""

import pytest
from django.conf import settings as project
from django.core.exceptions import RequestDataTooBig
from django.db import connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from letsconnect import errors
from letsconnect.tests.serving import serve

FORM = "application/x-www-form-urlencoded"
WHERE = ["/", "/there-is-no-such-page/", "/sign-in/", "/language/", "/admin/", "/contact/"]
BROKEN_FORM = b"--x\r\nContent-Disposition: form-data; name=a"


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


NO_TEXT = ["hex", "zlib", "idna", "punycode", "rot13", "base64", "utf-7", "utf-16", "\x00", "é", "no-such"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"{path}?name=value" for path in WHERE])
@pytest.mark.parametrize("charset", NO_TEXT)
def test_no_name_of_an_encoding_breaks_a_page(charset, path):
    as_ever = serve(path).status

    assert serve(path, CONTENT_TYPE=f"text/plain; charset={charset}").status == as_ever


@pytest.mark.django_db
@pytest.mark.parametrize("path", WHERE)
@pytest.mark.parametrize("charset", [*NO_TEXT, "latin-1"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_a_form_in_another_encoding_is_refused_and_not_garbled(kind, charset, path):
    answer = serve(path, body=b"name=%E9", REQUEST_METHOD="POST", CONTENT_TYPE=f"{kind}; charset={charset}")

    assert answer.status == 400
    assert b"made no sense" in answer.body


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"'])
def test_a_form_that_says_it_is_utf8_is_read(client, charset):
    response = client.post("/language/", b"language=fr", content_type=f"{FORM}; charset={charset}")

    assert response.cookies["django_language"].value == "fr"


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["latin-1", "utf-16"])
def test_the_same_holds_behind_any_other_entry_point(client, charset):
    response = client.post("/language/", b"language=fr", content_type=f"text/plain; charset={charset}")
    refused = client.post("/language/", b"language=fr", content_type=f"{FORM}; charset={charset}")

    assert (response.status_code, refused.status_code) == (302, 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=é"]
)
def test_a_broken_form_at_an_address_that_is_not_there_is_a_404(client, content_type):
    response = client.post("/there-is-no-such-page/", BROKEN_FORM, content_type=content_type)

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    ["text/plain; charset*=zzz''x", "a/b; charset=\x00", "; ;;", "multipart/form-data; boundary*=hex''x"],
)
def test_what_cannot_even_be_parsed_as_a_type_is_passed_over(content_type):
    assert serve("/?a=b", CONTENT_TYPE=content_type).status == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cookie", [r'sessionid="\000\000aaaaaaaa"', "sessionid=\x01aaaaaaaaa", r'csrftoken="\000"; django_language="\000"']
)
def test_a_cookie_with_control_characters_is_no_cookie_of_ours(client, cookie):
    assert client.get("/", headers={"cookie": cookie}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/clinics/%00/", "/claim/a%00b/", "/admin/%00", "/%00"])
def test_no_address_has_a_nul(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain"])
@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999", "9" * 5000, "9223372036854775808", "1.5", ""])
def test_no_length_breaks_a_page(length, kind):
    token = "a" * 32
    answer = serve(
        "/language/",
        body=b"language=fr",
        REQUEST_METHOD="POST",
        CONTENT_TYPE=kind,
        CONTENT_LENGTH=length,
        HTTP_COOKIE=f"csrftoken={token}",
        HTTP_X_CSRFTOKEN=token,
    )

    assert answer.status < 500


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "made no sense"), (403, "Not allowed"), (404, "not found"), (413, "too much"), (500, "broke")],
)
def test_the_pages_for_errors_need_neither_body_nor_session_nor_database(status, words):
    """Without the mark of pytest-django a query would be refused."""
    request = RequestFactory().post("/", BROKEN_FORM, content_type="multipart/form-data")

    page = errors.plain_page(request, status=status)

    assert page.status_code == status
    assert words in page.content.decode()
    assert not hasattr(request, "_post")
    assert "session" not in vars(request)


@pytest.mark.parametrize(
    ("asked", "kept", "language"),
    [("ar", "", "ar"), ("fr-CA, en", "", "fr"), ("xx;;q=9,,*", "", "en"), ("ar", "pt", "pt")],
)
def test_an_error_before_any_middleware_speaks_the_language_of_cookie_or_browser(asked, kept, language):
    request = RequestFactory().get(
        "/", headers={"accept-language": asked, "cookie": f"{project.LANGUAGE_COOKIE_NAME}={kept}"}
    )

    assert f'<html lang="{language}"' in errors.page_not_found(request, None).content.decode()


def test_an_error_for_a_member_speaks_the_members_language(client, member):
    member.speak("ar")
    client.force_login(member)

    assert '<html lang="ar" dir="rtl">' in client.get("/there-is-no-such-page/").content.decode()


def test_too_much_at_once_is_said_as_that(client):
    request = RequestFactory().get("/")

    page = errors.bad_request(request, RequestDataTooBig())

    assert page.status_code == 413
    assert "That was too much at once" in page.content.decode()
    assert "made no sense" not in page.content.decode()


@pytest.mark.django_db
def test_more_fields_than_any_page_has_are_refused(client):
    assert client.get("/?" + "a=1&" * 2000).status_code == 413
    assert client.post("/language/", "a=1&" * 2000, content_type=FORM).status_code == 413
    assert client.post("/there-is-no-such-page/", "a" * 3_000_000, content_type=FORM).status_code == 404


@pytest.mark.django_db
def test_a_strange_host_gets_a_plain_page_too(client):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "made no sense" in response.content.decode()


def test_the_page_of_the_desk_that_is_not_there_asks_for_nothing(client, coordinator):
    client.force_login(coordinator)
    with CaptureQueriesContext(connections["default"]) as before:
        client.get("/there-is-no-such-page/")
    with CaptureQueriesContext(connections["default"]) as seen:
        response = client.get("/admin/there/is/no/such/page/")

    assert response.status_code == 404
    assert "<link" not in response.content.decode()
    assert len(seen) <= len(before) + 1  # the desk asks for the seat
