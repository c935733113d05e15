"""One rule for every link that people type."""

import pytest
from django.core.exceptions import ValidationError

from clinics.models import Clinic
from letsconnect.base.typed_links import validate_typed_link
from matching.models import Session


@pytest.mark.parametrize("link", ["https://meet.example.org/a", "https://meet.example.org:8443/a?b=c@d#e"])
def test_a_whole_encrypted_link_is_taken(link):
    validate_typed_link(link)


@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example.org/a",
        "meet.example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://[",
        "https://anna:secret@meet.example.org/a",
        "https://anna@meet.example.org/a",
    ],
)
def test_a_link_that_is_open_or_cut_off_or_holds_a_password_is_refused(link):
    with pytest.raises(ValidationError):
        validate_typed_link(link)


@pytest.mark.parametrize(("table", "column"), [(Clinic, "meeting_link"), (Session, "call_link")])
def test_every_column_of_typed_links_keeps_to_the_rule(table, column):
    assert validate_typed_link in table._meta.get_field(column).validators
