"""After a clinic: who is thanked, who is told that they were missed, and what else fits whom a clinic failed."""

from datetime import timedelta

import pytest

from clinics.announcing.alternatives import alternatives_of
from clinics.domain.alternatives import OtherClinic, best_candidates
from clinics.domain.notices import after_the_end
from clinics.models import Attendance, Clinic, Notice, Rsvp
from clinics.notices.thanking import owe_thanks
from clinics.seats.rsvps import cancel_rsvp
from clinics.tests.factories import LINK, START, make_attendance, make_channel, make_clinic, make_person, sign_up
from clinics.tests.resource_factories import make_resource
from mailings import kinds
from mailings.models import Letter
from registrations.models import SpokenLanguage
from registrations.tests.factories import NOW, make_member, make_registration, make_skill

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = START + 2 * HOUR


def owed(kind):
    return Letter.objects.filter(kind=f"clinics.{kind}").order_by("pk")


def rendered(letter, now, language="en"):
    kind = kinds.get(letter.kind)
    [notice] = kind.reads([letter.about_id], now)
    assert kind.still_owed(notice, now) is None
    return kind.render(notice, language, "UTC")


def person_rsvp(clinic):
    [rsvp] = sign_up(clinic, 1)
    return rsvp


AGO = [timedelta(0), 30 * MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY, 5 * DAY, 13 * DAY, 14 * DAY]


@pytest.mark.parametrize("has_resources", [False, True])
@pytest.mark.parametrize(("is_known", "came"), [(False, False), (True, False), (True, True)])
def test_the_database_finds_whom_to_write_to_as_the_domain_says(is_known, came, has_resources):
    clinic = make_clinic()
    rsvp, other = sign_up(clinic, 2)
    if came:
        make_attendance(clinic, rsvp.member)
    elif is_known:
        make_attendance(clinic, other.member)
    if has_resources:
        Clinic.objects.update(state="held", held_at=END)
        make_resource(Clinic.objects.get())
    facts = {"came": came, "is_known": is_known, "has_resources": has_resources, "ended_at": END}
    for ago in AGO:
        Notice.objects.all().delete()
        Letter.objects.all().delete()
        owe_thanks(END + ago)
        step = after_the_end(**facts, now=END + ago)
        assert [notice.kind for notice in Notice.objects.filter(rsvp=rsvp)] == ([step] if step else []), ago


def test_who_came_is_thanked_with_feedback_and_certificate_and_who_did_not_is_missed_once():
    clinic = make_clinic()
    came, missing = sign_up(clinic, 2)
    make_attendance(clinic, came.member)

    assert [owe_thanks(END + ago) for ago in (HOUR, 2 * HOUR, 5 * DAY, 6 * DAY)] == [1, 0, 1, 0]

    thanks, missed = owed("thanks").get(), owed("missed").get()
    assert (thanks.member, missed.member) == (came.member, missing.member)
    text = rendered(thanks, END + HOUR)
    assert text.subject.startswith("Thank you for coming")
    assert f"/clinics/{clinic.pk}/feedback/" in text.text and f"/clinics/{clinic.pk}/certificate/" in text.html
    assert rendered(missed, END + 5 * DAY).subject.startswith("We missed you")
    assert LINK not in text.text + text.html


def test_where_nobody_looked_who_came_everybody_with_a_seat_gets_the_thanks_that_fit_either_way():
    clinic = make_clinic()
    sign_up(clinic, 2)

    assert [owe_thanks(END + ago) for ago in (23 * HOUR, DAY, 6 * DAY)] == [0, 2, 0]

    text = rendered(owed("thanks").first(), END + DAY)
    assert "Thank you for having signed up" in text.text and "certificate" not in text.text
    assert not owed("missed").exists()


def test_a_list_of_the_call_that_comes_later_misses_nobody_who_was_thanked_already():
    clinic = make_clinic()
    came, _other = sign_up(clinic, 2)
    owe_thanks(END + DAY)
    make_attendance(clinic, came.member)

    assert owe_thanks(END + 6 * DAY) == 0


def test_who_gave_the_seat_back_or_waited_is_not_missed():
    clinic = make_clinic(capacity=3)
    came, gone, _there = sign_up(clinic, 3)
    [_waiting] = sign_up(clinic, 1)
    cancel_rsvp(clinic=clinic, member=gone.member, by=gone.member, now=NOW)
    make_attendance(clinic, came.member)

    owe_thanks(END + 5 * DAY)

    assert gone.member_id not in owed("missed").values_list("member", flat=True)


def test_who_waited_and_was_there_after_all_is_thanked():
    clinic = make_clinic(capacity=1)
    _going, waiting = sign_up(clinic, 2)
    make_attendance(clinic, waiting.member)

    owe_thanks(END + HOUR)

    assert [letter.member for letter in owed("thanks")] == [waiting.member]


def test_whom_a_late_list_finds_is_not_told_that_they_were_missed():
    clinic = make_clinic()
    came, late = sign_up(clinic, 2)
    make_attendance(clinic, came.member)
    owe_thanks(END + 5 * DAY)
    letter = owed("missed").get(member=late.member)
    make_attendance(clinic, late.member)
    kind = kinds.get(letter.kind)
    [notice] = kind.reads([letter.about_id], END + 5 * DAY)

    assert kind.still_owed(notice, END + 5 * DAY) == "they were there"


@pytest.mark.parametrize(("state", "reason"), [("cancelled", "ill"), ("draft", "")])
def test_after_a_clinic_that_did_not_take_place_nobody_is_thanked(state, reason):
    clinic = make_clinic()
    sign_up(clinic, 1)
    make_person(clinic, "host")
    Clinic.objects.update(state=state, cancel_reason=reason, announced_at=None if state == "draft" else NOW)

    assert owe_thanks(END + 2 * DAY) == 0


def test_missed_comes_with_what_there_is_to_hear_as_soon_as_it_is_there():
    clinic = make_clinic(state="held", held_at=END)
    came, missing = sign_up(make_clinic(), 2)
    for rsvp in (came, missing):
        Rsvp.objects.filter(pk=rsvp.pk).update(clinic=clinic)
    make_attendance(clinic, came.member)
    assert owe_thanks(END + 2 * DAY) == 1
    make_resource(clinic)

    assert owe_thanks(END + 2 * DAY + MINUTE) == 1
    assert "hear and to read" in rendered(owed("missed").get(), END + 2 * DAY).text


def test_the_people_of_a_clinic_are_thanked_each_once_with_or_without_an_account():
    clinic = make_clinic()
    host = make_person(clinic, "host")
    make_person(clinic, "sharer", member=host.member)
    make_person(clinic, "helper", address="sol@example.org")
    make_person(clinic, "sharer", "declined")

    assert [owe_thanks(END + ago) for ago in (HOUR, DAY)] == [2, 0]
    Clinic.objects.update(state="held", held_at=END)
    text = rendered(owed("people_thanks").get(member=host.member), END + HOUR).text
    assert "host, sharer" in text and f"/clinics/{clinic.pk}/certificate/" in text
    assert "certificate" not in rendered(owed("people_thanks").get(member=None), END + HOUR).text


# What else fits


def other(key, **facts):
    usual = {
        "starts_at": START + key * DAY,
        "is_edition": False,
        "is_of_the_series": False,
        "skills_shared": 1,
        "is_understood": True,
        "has_seats": True,
    }
    return OtherClinic(key, **{**usual, **facts})


@pytest.mark.parametrize(
    ("others", "order"),
    [
        ([other(1), other(2)], [1, 2]),  # the sooner first
        ([other(1), other(2, is_edition=True, is_understood=False, skills_shared=0)], [2, 1]),
        ([other(1, is_understood=False), other(2)], [2]),
        ([other(1, skills_shared=0), other(2)], [2]),
        ([other(1, skills_shared=0, is_of_the_series=True)], [1]),
        ([other(1), other(2, skills_shared=2)], [2, 1]),
        ([other(1, has_seats=False), other(2)], [2, 1]),
    ],
)
def test_which_clinics_fit_in_place_of_another(others, order):
    assert [one.key for one in best_candidates(others)] == order


def test_a_cancelled_clinic_names_up_to_three_that_fit_this_reader(coordinator):
    skill = make_skill("wikidata")
    clinic = make_clinic(title="Cancelled one", state="cancelled", cancel_reason="ill")
    clinic.skills.add(skill)
    edition = make_clinic(title="The same later", starts_at=START + DAY, edition_of=clinic)
    in_french = make_clinic(title="En français", starts_at=START + 2 * DAY, floor_language="fr")
    interpreted = make_clinic(title="Auf Deutsch", starts_at=START + 3 * DAY, floor_language="de")
    not_understood = make_clinic(title="Nicht verstanden", starts_at=START + DAY, floor_language="de")
    taken = make_clinic(title="I have a seat", starts_at=START + DAY)
    for one in (in_french, interpreted, not_understood, taken):
        one.skills.add(skill)
    make_person(interpreted, "interpreter", channel=make_channel(interpreted, "pt"))
    reader = make_registration().member
    for code in ("fr", "pt"):
        SpokenLanguage.objects.update_or_create(
            registration=reader.registration, code=code, defaults={"level": 3, "is_preferred": False}
        )
    rsvp = Rsvp.objects.create(clinic=clinic, member=reader, state="going", seat=1, made_at=NOW, seated_at=NOW)
    Rsvp.objects.create(clinic=taken, member=reader, state="going", seat=1, made_at=NOW, seated_at=NOW)

    assert alternatives_of(rsvp, now=NOW) == [edition, in_french, interpreted]
    [read] = kinds.get("clinics.clinic_cancelled").reads([rsvp.pk], NOW)
    text = kinds.get("clinics.clinic_cancelled").render(read, "en", "UTC").text
    assert "The same clinic at another hour" in text and "En français" in text
    assert "Nicht verstanden" not in text and "I have a seat" not in text


def test_nothing_is_suggested_where_nothing_fits():
    make_clinic(title="Something else")
    clinic = make_clinic(state="cancelled", cancel_reason="ill")
    rsvp = Rsvp.objects.create(clinic=clinic, member=make_member(), state="going", seat=1, made_at=NOW, seated_at=NOW)

    assert "This may fit you" not in kinds.get("clinics.clinic_cancelled").render(rsvp, "en", "UTC").text
    assert Attendance.objects.count() == 0
