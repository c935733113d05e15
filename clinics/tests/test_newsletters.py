"""What clinics bring to the newsletter: lines about clinics to come and held, and readers by their seat."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation

from clinics import newsletters
from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicText, Rsvp
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic, sign_up
from mailings.newsletters import audiences, markdown
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


def to_come(now=NOW, language="en"):
    with translation.override(language):
        return [line.text for line in newsletters.clinics_to_come(now, now)]


def held(since, now=NOW):
    with translation.override("en"):
        return [line.text for line in newsletters.clinics_held(since, now)]


def test_only_announced_clinics_that_have_not_begun_are_to_come_soonest_first():
    later = make_clinic(title="Later", starts_at=NOW + timedelta(days=9))
    soon = make_clinic(title="Soon", starts_at=NOW + timedelta(days=2), region="SA", for_whom="region")
    make_clinic(title="Begun", starts_at=NOW - timedelta(minutes=5))
    for state in (ClinicState.DRAFT, ClinicState.CANCELLED, ClinicState.HELD, ClinicState.ARCHIVED):
        make_clinic(title=state, state=state)

    assert to_come() == [
        f"[Soon](/clinics/{soon.pk}/) · Wed 4 March 2026, 12:00 (UTC) · English · South Asia",
        f"[Later](/clinics/{later.pk}/) · Wed 11 March 2026, 12:00 (UTC) · English",
    ]


def test_where_there_are_no_clinics_there_are_no_lines():
    assert to_come() == [] and held(NOW - timedelta(days=99)) == []


def test_the_hour_is_by_the_clock_of_the_clinic_on_both_sides_of_a_change_of_clocks():
    for day, hour in ((28, 14), (29, 13)):  # clocks in Berlin go forward at night: the same hour there, another in UTC
        make_clinic(
            title=f"On {day}",
            starts_at=datetime(2026, 3, day, hour, tzinfo=UTC),
            zone="Europe/Berlin",
            local_date=date(2026, 3, day),
            local_time=time(15),
        )

    before, after = to_come()

    assert "Sat 28 March 2026, 15:00 (Berlin time, UTC+1) · Sat 28 March 2026, 14:00 (UTC)" in before
    assert "Sun 29 March 2026, 15:00 (Berlin time, UTC+2) · Sun 29 March 2026, 13:00 (UTC)" in after


def test_a_version_gets_the_text_in_its_language_or_a_fallback_that_is_named():
    clinic = make_clinic(title="Asking for money", floor_language="fr")
    ClinicText.objects.create(clinic=clinic, language="ar", title="طلب المال", summary="س", state="ready")

    [english], [arabic], [french] = to_come(), to_come(language="ar"), to_come(language="fr")

    assert english.startswith("[Asking for money]") and "French" in english and "described" not in english
    assert arabic.startswith("[طلب المال]") and "مارس" in arabic and "الفرنسية" in arabic
    assert french.startswith("[Asking for money]") and "mars 2026" in french and "anglais" in french
    assert markdown.problems(arabic) == [] and not set(arabic) & set("\u2066\u2067\u2068\u2069\u200e\u200f")


def test_a_title_is_shown_and_does_not_act():
    make_clinic(title="[x](javascript:alert(1)) *now* <b>")

    [line] = to_come()

    assert "[x](javascript:alert(1)) *now* <b> · " in markdown.to_text(line)
    assert [link.words for link in markdown.links(line)] == ["[x](javascript:alert(1)) *now* <b>"]
    assert markdown.problems(line) == [] and "<em>" not in markdown.to_html(line)


def test_clinics_held_are_those_that_ended_since_the_last_issue():
    since = NOW - timedelta(days=10)
    for title, days, state in (
        ("Before", 11, ClinicState.HELD),
        ("Cancelled", 5, ClinicState.CANCELLED),
        ("Draft", 5, ClinicState.DRAFT),
        ("Marked", 9, ClinicState.HELD),
        ("Archived", 4, ClinicState.ARCHIVED),
        ("Over, not marked", 3, ClinicState.ANNOUNCED),
        ("To come", -2, ClinicState.ANNOUNCED),
    ):
        make_clinic(title=title, starts_at=NOW - timedelta(days=days), state=state)
    make_clinic(title="Goes on", starts_at=NOW - timedelta(minutes=30))
    make_clinic(title="Went on", starts_at=since - timedelta(minutes=30), state=ClinicState.HELD)

    titles = [line[1:].partition("]")[0] for line in held(since)]

    assert titles == ["Went on", "Marked", "Archived", "Over, not marked"]


def readers(*values):
    return set(audiences.readers({"clinic": list(values)}).values_list("member", flat=True))


def test_readers_are_chosen_by_their_seat_at_a_clinic():
    clinic, other = make_clinic(capacity=2), make_clinic(title="Other")
    rows = sign_up(clinic, 4)
    for row in rows:
        make_subscription(member=row.member)
    going, waiting = {row.member_id for row in rows[:2]}, {row.member_id for row in rows[2:]}
    Rsvp.objects.filter(pk=rows[3].pk).update(state="offered", seat=3, place=None, claim_by=NOW)
    make_subscription(), make_subscription(member=make_member())
    again = rsvp(clinic=other, member=rows[0].member, by=rows[0].member, now=NOW)

    assert readers(f"{clinic.pk}-going") == going and readers(f"{clinic.pk}-waiting") == waiting
    assert readers(f"{clinic.pk}-going", f"{clinic.pk}-waiting") == going | waiting
    assert readers(f"{other.pk}-going") == {again.member_id}
    assert audiences.readers({"clinic": [f"{clinic.pk}-going", f"{other.pk}-going"]}).count() == 2
    assert readers("x-going", f"{clinic.pk}") == set() and readers(f"{'9' * 40}-going") == set()
    Rsvp.objects.filter(pk=rows[1].pk).update(state="cancelled", seat=None)
    assert readers(f"{clinic.pk}-going") == {rows[0].member_id}
    assert audiences.outside({"clinic": [f"{clinic.pk}-going"]}) == {}  # whoever has no account has no seat


def test_clinics_are_found_by_a_part_of_their_title_and_drafts_never():
    [narrowing] = [each for each in audiences.narrowings() if each.name == "clinic"]
    clinics = [make_clinic(title=f"Money {number}", starts_at=NOW + timedelta(days=number)) for number in range(1, 13)]
    draft = make_clinic(title="Money in draft", state=ClinicState.DRAFT)

    latest, hits = narrowing.choices.search(""), narrowing.choices.search("money")
    chosen = narrowing.choices.named([f"{clinics[0].pk}-waiting", f"{draft.pk}-going", "x"])

    assert [value for value, _label in latest][:2] == [f"{clinics[11].pk}-going", f"{clinics[11].pk}-waiting"]
    assert len(latest) == 6 and narrowing.choices.search("nothing like it") == []
    assert chosen == [(f"{clinics[0].pk}-waiting", "Money 1, Tue 3 March 2026, 12:00 (UTC): waiting for a seat")]
    assert len(hits) == 20 and Clinic.objects.count() == 13
