"""Where the call is stands in no text that others read, however and wherever planners type it."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinics.certificates.revoking import revoke_certificate
from clinics.domain.clinics import ClinicState
from clinics.domain.people import ChannelRefused
from clinics.domain.texts import CallLinkInText
from clinics.forms import CancelForm, ClinicForm
from clinics.models import Clinic
from clinics.outcomes.forms import OutcomeForm
from clinics.people.channels import add_channel, change_channel
from clinics.tests.after_factories import make_certificate, make_clinic_that_was, make_somebody_who_came
from clinics.tests.factories import LINK, make_channel, make_clinic, sign_up
from clinics.texts.call_links import holds_the_link
from letsconnect.tests.opened import hidden_in
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
OWN = "https://call.example.org/arabic"
REFUSED = "This is the link of the call"


@pytest.fixture
def desk(coordinator):
    client = Client()
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (LINK, True),
        (LINK.upper(), True),
        ("Come to meet.example.org/secret-room at once", True),
        ("https://meet.example.org/other", False),
        ("", False),
    ],
)
def test_the_link_of_the_call_is_found_however_it_is_written(text, holds):
    assert holds_the_link(text, [LINK, ""]) is holds
    assert holds_the_link(text, [f"{LINK}?pwd=1", ""]) is holds


def tab(clinic, name):
    return reverse(f"admin:clinics_clinic_{name}", args=[clinic.pk])


def refused(desk, address, typed, field):
    """Post it, and tell whether it is refused at its field, with all that was typed."""
    opened = hidden_in(desk.get(address).content.decode())
    page = desk.post(address, {**opened, **typed}).content.decode()
    return REFUSED in page and typed[field] in page


@pytest.mark.parametrize("link", [LINK, OWN])
@pytest.mark.parametrize("part", ["title", "audience", "summary", "preparation", "outcomes"])
def test_no_text_of_a_clinic_holds_it(desk, part, link):
    clinic = make_clinic()
    make_channel(clinic, "ar", meeting_link=OWN)
    typed = {"title": "Budgets", "summary": "How to write one.", part: f"Come to {link.removeprefix('https://')} then"}

    assert refused(desk, tab(clinic, "texts") + "?language=en", typed, part)
    assert link.removeprefix("https://") not in str(clinic.texts.values())


def test_neither_the_agenda_nor_the_materials_hold_it(desk):
    clinic, held = make_clinic(), make_clinic(state=ClinicState.HELD)
    row = {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-part": "other", "items-0-minutes": "20"}
    for field in ("call-icebreaker", "call-quiz_link", "items-0-title", "items-0-speaker"):
        typed = {**row, "items-0-title": "Game", field: LINK}
        assert refused(desk, tab(clinic, "agenda"), typed, field)
    link = {"links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-0-kind": "other", "links-0-title": "Ours"}
    for field in ("links-0-title", "links-0-url"):
        typed = {**link, "links-0-url": "https://x.example.org", field: LINK}
        assert refused(desk, tab(held, "resources"), typed, field)


def test_neither_outcome_nor_reasons_nor_what_a_channel_is_called_hold_it(desk, coordinator):
    clinic, held = make_clinic(), make_clinic_that_was()
    for form in (
        OutcomeForm({"outcome": LINK, "outcome_language": "en"}, instance=held),
        CancelForm({"reason": f"See {LINK}"}, clinic=clinic),
    ):
        assert REFUSED in str(form.errors)
    seat = sign_up(clinic, 1)[0]
    page = desk.post(tab(clinic, "who_comes"), {"do": "take_out", "rsvp": seat.pk, "reason": LINK, "post": "yes"})
    assert REFUSED in page.content.decode()
    certificate = make_certificate(held, make_somebody_who_came(held))
    with pytest.raises(CallLinkInText):
        revoke_certificate(certificate=certificate, reason=LINK, by=coordinator, now=NOW)
    act = {"by": coordinator, "now": NOW}
    with pytest.raises(CallLinkInText):
        add_channel(clinic=clinic, language="fr", name=LINK, **act)
    french = make_channel(clinic, "fr")
    with pytest.raises(CallLinkInText):
        change_channel(channel=french, name=OWN, material_days_before=3, meeting_link=OWN, **act)


def test_a_link_that_others_read_already_does_not_become_that_of_the_call(coordinator):
    clinic = make_clinic(meeting_link="", icebreaker=f"Try {LINK} now")
    french, act = make_channel(clinic, "fr"), {"by": coordinator, "now": NOW}

    with pytest.raises(CallLinkInText):
        change_channel(channel=french, name="2", material_days_before=3, meeting_link=LINK, **act)
    form = ClinicForm({"meeting_link": LINK, "place": OWN}, instance=Clinic.objects.get(pk=clinic.pk))
    assert "stands already in what others read" in str(form.errors["meeting_link"])
    french = change_channel(channel=french, name="2", material_days_before=3, meeting_link=OWN, **act)
    form = ClinicForm({"meeting_link": "", "place": OWN}, instance=Clinic.objects.get(pk=clinic.pk))
    assert REFUSED in str(form.errors["place"])
    with pytest.raises(ChannelRefused):
        change_channel(channel=french, name="2", material_days_before=3, meeting_link="no link", **act)
