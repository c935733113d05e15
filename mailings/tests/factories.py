"""Kinds of letter and letters for tests."""

from itertools import count

from mailings import kinds
from mailings.ledger import letters
from mailings.rendering import Rendered
from registrations.tests.factories import NOW, make_member

_numbers = count(1)


def plain(about, language, zone):
    return Rendered("Plain", f"In {language}, {zone}.\n", f"<p>In {language}, {zone}.</p>")


def make_kind(*, still_owed=lambda about, now: None, render=plain, facts=None):
    """Register a kind of its own and return its name."""
    name = f"tests.kind_{next(_numbers)}"
    kinds.register(name, still_owed=still_owed, render=render, facts=facts)
    return name


def make_letter(**given):
    """A queued letter to a member of its own, unless told otherwise."""
    values = {"kind": given.pop("kind", None) or make_kind(), "about": None, "key": f"key-{next(_numbers)}", "now": NOW}
    if "to" not in given and "address" not in given:
        values["to"] = make_member()
    return letters.owe(**values | given)
