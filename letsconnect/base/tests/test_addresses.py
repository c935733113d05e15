"""One mailbox, one text; two mailboxes, two."""

import re

import pytest

from letsconnect.base.addresses import (
    CANONICAL,
    AddressRefused,
    canonical,
    canonical_words,
    readable,
    spellings,
    was_sent_elsewhere,
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Name@Example.ORG", "name@example.org"),
        (" \u200ename@example.org\u200f\u00a0", "name@example.org"),
        ("name@stra\u00dfe.de", "name@xn--strae-oqa.de"),
        ("name@STRA\u1e9eE.de", "name@xn--strae-oqa.de"),
        ("name@XN--Strae-OQA.de", "name@xn--strae-oqa.de"),
        ("name@strasse.de", "name@strasse.de"),
        ("name@b\u00fccher.de", "name@xn--bcher-kva.de"),
        ("name@bu\u0308cher.de", "name@xn--bcher-kva.de"),
        ("name@\u03b2\u03cc\u03bb\u03bf\u03c2.com", "name@xn--nxasmm1c.com"),
        ("name@\u03b2\u03cc\u03bb\u03bf\u03c3.com", "name@xn--nxasmq6b.com"),
        ("name@exam\u212aple.org", "name@examkple.org"),
        ("name@\uff45xample\u3002org", "name@example.org"),
        ("name@example.org.", "name@example.org"),
        ("name@example\uff0eorg\uff61", "name@example.org"),
        ("name@\u0131stanbul.example", "name@xn--stanbul-qfb.example"),
        ("name@istanbul.example", "name@istanbul.example"),
        ('"name"@example.org', "name@example.org"),
        ('"na\\me"@example.org', "name@example.org"),
        ('"A b"@example.org', '"a b"@example.org'),
        ('"a@b"@example.org', '"a@b"@example.org'),
        ('".a"@example.org', '".a"@example.org'),
        ("o'hara+tag@example.org", "o'hara+tag@example.org"),
    ],
)
def test_an_address_has_one_canonical_form(typed, found):
    assert canonical(typed) == found
    assert canonical(found) == found
    assert re.search(CANONICAL, found)


@pytest.mark.parametrize(
    "typed",
    [
        "\u212a@example.org",  # the Kelvin sign: `lower()` makes a k of it
        "\u017fam@example.org",  # a long s: `casefold()` makes an s of it
        "\u0131da@example.org",
        "\u0130da@example.org",
        "\uff41na@example.org",
        "j\u00f6rg@example.org",
        "na\u00a0me@example.org",
    ],
)
def test_a_local_part_beyond_ascii_is_refused_in_those_words_and_is_nobody_elses(typed):
    with pytest.raises(AddressRefused, match="before the @"):
        canonical(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "name",
        "@example.org",
        "name@",
        "name@example",
        "name@exam ple.org",
        "name@-example.org",
        "name@example..org",
        "name@192.0.2.7",
        "name@[192.0.2.7]",
        "name@exam_ple.org",
        "name@\u2764.ws",
        "a..b@example.org",
        ".a@example.org",
        "a@b@example.org",
        '""@example.org',
        "na\x00me@example.org",
        "name@example.org\r\nBcc: x@example.org",
        "=?utf-8?q?victim=40example.org=3e?=x@evil.example",
        "a" * 65 + "@example.org",
        "a@" + "x" * 64 + ".org",
        "a@" + "x.".join(["y" * 50] * 5) + ".org",
    ],
)
def test_what_no_letter_can_be_sent_to_is_refused(typed):
    with pytest.raises(AddressRefused):
        canonical(typed)


def test_people_read_the_domain_in_its_own_letters():
    assert readable("name@xn--strae-oqa.de") == "name@stra\u00dfe.de"
    assert readable("name@example.org") == "name@example.org"
    assert readable("name@xn--ls8h.la") == "name@xn--ls8h.la"  # none of IDNA 2008


def test_fingerprints_are_looked_for_under_both_forms():
    assert spellings("Name@xn--bcher-kva.de") == {"name@xn--bcher-kva.de", "name@b\u00fccher.de"}
    assert spellings("name@example.org") == {"name@example.org"}


def test_only_spellings_that_idna_2003_wrote_otherwise_went_elsewhere():
    assert was_sent_elsewhere("name@stra\u00dfe.de")
    assert not was_sent_elsewhere("name@b\u00fccher.de")
    assert not was_sent_elsewhere("name@example.org")


def test_addresses_among_searched_words_are_found_as_they_are_stored():
    assert canonical_words("Ana NAME@B\u00dcCHER.de") == "Ana name@xn--bcher-kva.de"
    assert canonical_words("@home Ana") == "@home Ana"
