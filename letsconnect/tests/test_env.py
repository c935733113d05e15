"""Readers of the environment refuse nonsense by the name of the variable."""

from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from letsconnect import env
from letsconnect.embedded import paths


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", True), (" ", True)],
)
def test_a_yes_or_no_is_read(raw, value):
    assert env.boolean("THING", default=True, environ={"THING": raw}) is value


@pytest.mark.parametrize("raw", ["maybe", "2", "да", "truee"])
def test_anything_but_yes_or_no_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match=r"THING="):
        env.boolean("THING", default=True, environ={"THING": raw})


@pytest.mark.parametrize("raw", ["-1", "0", "11", "1.5", "ten", "٣", "1e1", "0x5", "5 5"])
def test_what_is_no_whole_number_in_range_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match=r"THING=.*from 1 to 10"):
        env.integer("THING", 3, low=1, high=10, environ={"THING": raw})


def test_whole_numbers_are_read_and_nothing_is_the_default():
    assert env.integer("THING", 3, low=1, high=10, environ={"THING": " 7 "}) == 7
    assert env.integer("THING", 3, low=1, high=10, environ={}) == 3


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("postgresql://ann:s%40fe@db.example:6432/portal", ("portal", "ann", "s@fe", "db.example", "6432")),
        ("postgres://db.example/portal", ("portal", "", "", "db.example", "")),
        ("postgresql://ann@/portal?host=%2Frun%2FSockets", ("portal", "ann", "", "/run/Sockets", "")),
    ],
)
def test_a_database_address_is_read(raw, parts):
    read = env.database("THING", environ={"THING": raw})

    assert tuple(read[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == parts


@pytest.mark.parametrize(
    "raw",
    [
        "sqlite:///portal.sqlite3",
        "mysql://db.example/portal",
        "portal",
        "postgresql://db.example",
        "postgresql://db.example/",
        "postgresql://db.example:port/portal",
        "postgresql://db.example:99999/portal",
        "postgresql://[::1/portal",
        "postgresql://db.example/portal?sslmode=yes",
        "postgresql://db.example/portal?connect_timeout=soon",
        "postgresql://db.example/portal?target_session_attrs=fastest",
        "postgresql://db.example/portal?client_encoding=latin1",
        "postgresql://one.example:5432,two.example:x/portal",
        "postgresql://ann:pa%ss@db.example/portal",
    ],
)
def test_what_is_no_postgresql_address_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.database("THING", environ={"THING": raw})


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("", {}),
        ("sslmode=verify-full&sslrootcert=system", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("connect_timeout=3&application_name=portal", {"connect_timeout": "3", "application_name": "portal"}),
        ("options=-c%20statement_timeout%3D5s", {"options": "-c statement_timeout=5s"}),
        ("target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
    ],
)
def test_the_options_of_libpq_reach_it(query, options):
    read = env.database("THING", environ={"THING": f"postgresql://one.example:1,two.example:2/portal?{query}"})

    assert (read["HOST"], read["PORT"], read["OPTIONS"]) == ("one.example,two.example", "1,2", options)


def test_an_option_libpq_does_not_know_is_refused_by_its_name_and_no_password_is_repeated():
    with pytest.raises(ImproperlyConfigured, match=r"THING.*sslmod[.]") as refused:
        env.database("THING", environ={"THING": "postgresql://ann:hush@db.example/portal?sslmod=require"})
    assert "hush" not in str(refused.value)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.database("THING", environ={"THING": "postgresql://ann:hu%sh@db.example/portal"})
    assert "hu%sh" not in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "host"),
    [("https://portal.example.org", "portal.example.org"), ("http://127.0.0.1:8000/", "127.0.0.1"), ("", None)],
)
def test_where_the_portal_is_reached_is_read(raw, host):
    site = env.site("THING", environ={"THING": raw})

    assert (site.hostname if site else None) == host


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("HTTPS://Portal.Example.ORG/", "https://portal.example.org"),
        ("https://portal.example.org:443", "https://portal.example.org"),
        ("https://portal.example.org.", "https://portal.example.org"),
        ("https://пример.рф:8443", "https://xn--e1afmkfd.xn--p1ai:8443"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_where_the_portal_is_reached_is_written_as_browsers_write_it(raw, written):
    assert env.site("THING", environ={"THING": raw}).geturl() == written


@pytest.mark.parametrize(
    "raw",
    [
        "https://",
        "https:///",
        "https://:8443",
        "portal.example.org",
        "ftp://portal.example.org",
        "https://portal.example.org/let",
        "https://portal.example.org/?a=b",
        "https://portal.example.org/#a",
        "https://ann@portal.example.org",
        "https://ann:pw@portal.example.org",
        "https://portal.example.org:port",
        "https://portal.example.org:0",
        "https://portal .example.org",
        "https://-portal-",
        "https://portal..example.org",
    ],
)
def test_what_is_more_or_less_than_scheme_and_host_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.site("THING", environ={"THING": raw})


@pytest.mark.parametrize(
    "raw",
    [
        "redis://",
        "redis://:6379/0",
        "redis+socket://",
        "http://host",
        "host:6379",
        "redis://host/main",
        "redis://host:0",
    ],
)
def test_what_is_no_redis_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.broker("THING", environ={"THING": raw})


@pytest.mark.parametrize("raw", ["redis://host:6379/0", "rediss://:pw@host/1", "redis+socket:///run/redis.sock", ""])
def test_a_redis_is_read_as_it_is_written(raw):
    assert env.broker("THING", environ={"THING": raw}) == raw


def test_a_word_that_is_none_of_those_there_are_is_refused_by_name():
    assert env.choice("THING", "INFO", choices=("INFO", "DEBUG"), environ={"THING": "debug"}) == "DEBUG"
    with pytest.raises(ImproperlyConfigured, match="THING="):
        env.choice("THING", "INFO", choices=("INFO", "DEBUG"), environ={"THING": "loud"})


@pytest.mark.parametrize("raw", ["a\nb", "a\x00b", "a\u2028b"])
def test_a_text_of_two_lines_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.text("THING", environ={"THING": raw})


@pytest.mark.parametrize(
    ("raw", "port", "ssl", "tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 465, True, False),
        ("smtp+tls://ann:pw@mail.example:2525", 2525, False, True),
    ],
)
def test_a_mail_address_is_read(raw, port, ssl, tls):
    read = env.smtp("THING", environ={"THING": raw})

    assert (read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (port, ssl, tls)


@pytest.mark.parametrize(
    "raw",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example/?tls=yes",
        "smtp://mail.example/inbox",
    ],
)
def test_what_is_no_mail_server_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.smtp("THING", environ={"THING": raw})


def test_the_address_of_the_embedded_database_reads_back_to_it(tmp_path):
    wanted = paths.embedded_database(tmp_path / "A Folder")
    url = f"postgresql://postgres@/test_portal?host={quote(wanted['HOST'], safe='')}"

    read = env.database("THING", environ={"THING": url})

    assert (read["HOST"], read["USER"], read["NAME"]) == (wanted["HOST"], wanted["USER"], "test_portal")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", "https://meta.example/w/rest.php"),
        ("https://wiki.example/rest.php/", "https://wiki.example/rest.php"),
        ("http://127.0.0.1:8080/rest.php", "http://127.0.0.1:8080/rest.php"),
    ],
)
def test_the_address_of_a_service_is_read_without_its_last_slash(raw, value):
    assert env.foreign_url("THING", "https://meta.example/w/rest.php", environ={"THING": raw}) == value
    if not raw.startswith("http:"):
        assert env.service("THING", environ={"THING": raw}) == (value if raw else "")


@pytest.mark.parametrize(
    "raw",
    [
        "http://wiki.example/",
        "https://",
        "https://ann@wiki.example/",
        "https://wiki.example/?a=b",
        "ftp://wiki.example",
    ],
)
def test_no_secret_is_sent_in_the_clear_or_to_an_odd_address(raw):
    with pytest.raises(ImproperlyConfigured, match=r"THING"):
        env.foreign_url("THING", "https://meta.example/w/rest.php", environ={"THING": raw})
    with pytest.raises(ImproperlyConfigured, match=r"THING"):
        env.service("THING", environ={"THING": raw})


def test_forms_may_lead_through_all_of_wikimedia_and_of_any_other_wiki_to_it_alone():
    assert env.form_origins("https://meta.wikimedia.org/w/rest.php")[1] == "https://*.wikimedia.org"
    assert env.form_origins("https://wiki.example:8443/w/rest.php") == ["https://wiki.example:8443"]
    assert env.form_origins("https://evilwikimedia.org/w") == ["https://evilwikimedia.org"]


@pytest.mark.parametrize("raw", ["\u202e", "\u3164", "\u200b\u2060"])
def test_a_name_that_nobody_can_see_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="NAME"):
        env.line("NAME", "x", environ={"NAME": raw})


def test_a_name_is_one_line_that_turns_nothing_around_it():
    assert env.line("NAME", "x", environ={"NAME": "\u202eنلتقي\u202c  معا"}) == "نلتقي معا"
    assert env.line("NAME", "x", environ={}) == "x"


@pytest.mark.parametrize(
    "raw", ["*", "; script-src *", "https://*", "https://a.org; x", "http://a.org", "https:", "'unsafe-inline'"]
)
def test_what_is_no_origin_gets_into_no_header(raw):
    with pytest.raises(ImproperlyConfigured, match="ORIGINS"):
        env.origins("ORIGINS", [], environ={"ORIGINS": raw})


def test_origins_are_read():
    told = "https://meta.wikimedia.org, https://*.wikimedia.org,http://127.0.0.1:8080"
    assert env.origins("ORIGINS", [], environ={"ORIGINS": told}) == [
        "https://meta.wikimedia.org",
        "https://*.wikimedia.org",
        "http://127.0.0.1:8080",
    ]
    assert env.origins("ORIGINS", ["http://wiki.localhost"], environ={}) == ["http://wiki.localhost"]
