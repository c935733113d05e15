"""How long what is kept of people at clinics: docs/retention.md names each table, and what is to go by itself goes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from clinics.domain.clinics import RsvpState
from clinics.models import (
    AccessNeed,
    CallList,
    CallListRow,
    ChannelSum,
    ClinicPerson,
    FeedbackAnswer,
    LanguageNeed,
    LastPress,
    Rsvp,
    SeatQuestion,
)
from clinics.seats.channel_sums import fold_channels
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base import personal_columns
from letsconnect.tests.database import change, refuses
from mailings import kinds
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).parents[2].joinpath("docs/retention.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", TABLE, re.MULTILINE))
DAYS = {name: int(days) for name, text in ROWS.items() for days in re.findall(r"\b(\d+) days?\b", text)}
ENDED = START + timedelta(hours=2)
SECOND = timedelta(seconds=1)


def test_every_table_of_clinics_about_people_says_how_long_it_is_kept():
    about_people = {
        table.model.__name__
        for table in personal_columns.tables()
        if table.model._meta.app_label == "clinics" and (table.owners or table.personal)
    }

    assert about_people == set(ROWS)


# What the privacy notice says of each; "" for what is among its letters, newsletters or decisions.
IN_THE_NOTICE = {
    "AccessNeed": "What you told us that you need to take part",
    "AgendaItem": "What you do there, if you share",
    "Announcement": "",
    "Attendance": "Whether you were there, from what we know it, and for how many minutes",
    "CallList": "the list of a call",
    "CallListRow": "the list of a call",
    "Certificate": "The certificates you took, with the name on them",
    "ChecklistItem": "",
    "ChecklistReminder": "",
    "ClinicMessage": "",
    "ClinicMessageText": "",
    "ClinicPerson": "What you do there, if you share, host, help or interpret",
    "Digest": "",
    "FeedbackAnswer": "Your feedback, apart from your account and without your name",
    "KeptSignUp": "before you enter the code is deleted after a day",
    "LastPress": "Whether you were there, from what we know it",
    "LanguageNeed": "which one you would need",
    "Notice": "",
    "Quote": "the words you let us quote",
    "Rsvp": "which you signed up for, and whether you had a seat, were offered one or waited",
    "SeatQuestion": "what you asked",
    "TopicRequest": "Which clinics you wished for, and why",
    "TopicSupport": "Which clinics you wished for, and why",
}


def test_the_privacy_notice_names_all_that_is_kept_of_people_at_clinics(client):
    notice = " ".join(client.get("/privacy/").content.decode().split())

    assert set(IN_THE_NOTICE) == set(ROWS)
    assert [name for name, words in IN_THE_NOTICE.items() if words not in notice] == []


def test_what_is_to_go_by_itself_goes_on_its_day_and_not_before():
    clinic = make_clinic(capacity=9)
    rsvp = sign_up(clinic, 1)[0]
    change(rsvp, channel=make_channel(clinic, "ar"))()
    AccessNeed.objects.create(rsvp=rsvp, text="A ramp", made_at=NOW)
    SeatQuestion.objects.create(rsvp=rsvp, text="Why?", made_at=NOW)
    LanguageNeed.objects.create(rsvp=rsvp, language="hi", made_at=NOW)
    make_person(clinic, "sharer", address="sol@example.org")
    monday = (ENDED - timedelta(days=ENDED.weekday())).date()
    FeedbackAnswer.objects.create(clinic=clinic, question="useful", option="very", digest="x", week_of=monday)
    LastPress.objects.create(clinic=clinic, member=rsvp.member, is_there=True, pressed_at=ENDED)
    calls = CallList.objects.create(clinic=clinic, brought_by=make_coordinator(), brought_at=ENDED, read=1)
    CallListRow.objects.create(call_list=calls, row=1, name="Somebody in the call")
    kept = {
        "CallList": CallList.objects.all(),
        "CallListRow": CallListRow.objects.all(),
        "LastPress": LastPress.objects.all(),
        "AccessNeed": AccessNeed.objects.all(),
        "SeatQuestion": SeatQuestion.objects.all(),
        "LanguageNeed": LanguageNeed.objects.all(),
        "Rsvp": Rsvp.objects.filter(channel__isnull=False),
        "ClinicPerson": ClinicPerson.objects.without_account(),
        "FeedbackAnswer": FeedbackAnswer.objects.all(),
    }
    assert all(rows.exists() for rows in kept.values())

    for days in sorted({DAYS[name] for name in kept}):
        sweep_all(ENDED + timedelta(days=days) - SECOND)
        early = {name for name, rows in kept.items() if DAYS[name] >= days and not rows.exists()}
        assert early <= {"FeedbackAnswer"}  # of an answer only its week is known, so it goes a little sooner
        sweep_all(ENDED + timedelta(days=days))
        assert [name for name, rows in kept.items() if DAYS[name] <= days and rows.exists()] == []
    assert Rsvp.objects.filter(pk=rsvp.pk).exists()


def sweep_all(now):
    for sweep in kinds.sweeps().values():
        sweep(now)


def test_the_languages_of_a_clinic_become_sums_of_those_who_had_a_seat():
    clinic, late = make_clinic(capacity=4, floor_language="es"), make_clinic(starts_at=START + timedelta(days=1))
    arabic, french = make_channel(clinic, "ar"), make_channel(clinic, "fr")
    rsvps = sign_up(clinic, 6)
    for rsvp, channel in zip(rsvps, (arabic, arabic, None, french, french, arabic), strict=True):
        change(rsvp, channel=channel)()
    change(rsvps[3], state=RsvpState.CANCELLED, seat=None, seated_at=None)()
    change(sign_up(late, 1)[0], channel=make_channel(late, "ar"))()

    day = ENDED + timedelta(days=90)
    assert (fold_channels(day - SECOND), fold_channels(day), fold_channels(day)) == (0, 1, 0)

    assert dict(ChannelSum.objects.values_list("language", "count")) == {"ar": 2, "es": 1}
    assert not clinic.rsvps.filter(channel__isnull=False).exists() and late.rsvps.get().channel_id


def test_the_database_takes_one_sum_of_somebody_for_each_language():
    one = ChannelSum.objects.create(clinic=make_clinic(), language="ar", count=2)

    refuses("clinics_channel_sums_count_somebody", change(one, count=0))
    refuses("clinics_summed_language_is_a_code", change(one, language="Arabic"))
    again = ChannelSum(clinic=one.clinic, language="ar", count=1)
    refuses("clinics_one_sum_per_channel", again.save)
