"""Facts of one person: rows are read by name, and stored and compared as they always were."""

import json
from dataclasses import asdict

from registrations.domain.facts import OfferFact, RegistrationFacts, WindowFact, fingerprint

PLAIN = RegistrationFacts(offers=((3, 2, True),), windows=((0, 60),))
NAMED = RegistrationFacts(offers=(OfferFact(3, 2, True),), windows=(WindowFact(start=0, end=60),))


def test_rows_are_read_by_name_however_they_were_handed_over():
    assert PLAIN == NAMED
    assert (PLAIN.offers[0].skill_id, PLAIN.offers[0].would_host, PLAIN.windows[0].end) == (3, True, 60)


def test_rows_are_stored_as_lists_without_names():
    assert json.loads(json.dumps(asdict(NAMED), default=str))["offers"] == [[3, 2, True]]


def test_a_form_that_is_open_while_the_portal_is_updated_has_the_fingerprint_it_had():
    assert fingerprint(NAMED, ["offers", "windows"]) == "857c6d6585917a3b7613"
    assert fingerprint(PLAIN, ["offers", "windows"]) == fingerprint(NAMED, ["windows", "offers"])
