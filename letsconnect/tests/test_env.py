"""Readers of the environment refuse nonsense by the name of the variable."""

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
        "postgresql://db.example/portal?sslmode=require",
    ],
)
def test_what_is_no_postgresql_address_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.database("THING", environ={"THING": raw})


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


@pytest.mark.parametrize("raw", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"])
def test_what_is_no_mail_server_is_refused_by_name(raw):
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.smtp("THING", environ={"THING": raw})


def test_the_address_of_the_embedded_database_reads_back_to_it(tmp_path):
    base = tmp_path / "A Folder"

    read = env.database("THING", environ={"THING": paths.embedded_database_url(base, "test_portal")})

    wanted = paths.embedded_database(base)
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


def test_forms_may_lead_through_all_of_wikimedia_and_of_any_other_wiki_to_it_alone():
    assert env.form_origins("https://meta.wikimedia.org/w/rest.php")[1] == "https://*.wikimedia.org"
    assert env.form_origins("https://wiki.example:8443/w/rest.php") == ["https://wiki.example:8443"]
    assert env.form_origins("https://evilwikimedia.org/w") == ["https://evilwikimedia.org"]
