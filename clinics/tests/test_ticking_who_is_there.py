"""Ticking who is there: by hosts and helpers, on a bad line, taken back; and how many they are together."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.attendance.call_lists import bring_call_list, confirm_callers
from clinics.attendance.counting import heads_of
from clinics.attendance.door import clock_of, guests_of, searched
from clinics.attendance.joining import join
from clinics.attendance.ticking import count_others, let_in, take_tick_back, tick
from clinics.certificates.revoking import revoke_certificate
from clinics.domain.agendas import AgendaPart
from clinics.domain.attendance import CannotTick
from clinics.domain.clinics import HOST_READS_FOR
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import AccessNeed, Attendance, LastPress, OtherHeads, Rsvp, SeatQuestion
from clinics.seats.rsvps import rsvp as take_seat
from clinics.tests.after_factories import make_certificate
from clinics.tests.factories import START, make_attendance, make_channel, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.database import refuses
from registrations.models import Look, Member
from registrations.tests.factories import NOW, make_agreement, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db

DURING = START + timedelta(minutes=5)
JSON = {"headers": {"Accept": "application/json"}}


@pytest.fixture
def clinic():
    return make_clinic(capacity=40)


@pytest.fixture
def host(clinic):
    return make_person(clinic, ClinicRole.HOST).member


@pytest.fixture
def rsvp(clinic):
    return sign_up(clinic, 1)[0]


@pytest.fixture
def _during():
    with time_machine.travel(DURING, tick=False):
        yield


def url(page, clinic):
    return reverse(f"clinics:{page}", args=[clinic.pk])


def see(client, clinic, host, query=""):
    client.force_login(host)
    return client.get(url("clinic-host", clinic) + query).content.decode()


def test_a_tick_is_one_however_often_it_comes_and_can_be_taken_back(clinic, host, rsvp):
    for minute in range(3):
        attendance = tick(clinic=clinic, member=rsvp.member, by=host, now=DURING + timedelta(minutes=minute))
    assert (attendance.ticked_at, attendance.ticked_by) == (DURING, host)
    assert [act.verb for act in Act.objects.on(attendance)] == ["tick_attendance"]

    for _twice in range(2):
        assert take_tick_back(clinic=clinic, member=rsvp.member, by=host, now=DURING + timedelta(minutes=3)) is None

    assert not Attendance.objects.exists()
    assert Act.objects.filter(verb="take_tick_back").count() == 1


def test_what_else_says_that_they_were_there_stays_when_a_tick_is_taken_back(clinic, host, rsvp):
    join(clinic=clinic, member=rsvp.member, now=DURING)
    tick(clinic=clinic, member=rsvp.member, by=host, now=DURING)

    left = take_tick_back(clinic=clinic, member=rsvp.member, by=host, now=DURING)

    assert left is not None and (left.joined_at, left.ticked_at) == (DURING, None)


def test_a_tick_behind_a_certificate_stays_until_that_is_revoked(clinic, host, rsvp):
    tick(clinic=clinic, member=rsvp.member, by=host, now=DURING)
    certificate = make_certificate(clinic, rsvp.member, now=clinic.ends_at)
    with pytest.raises(CannotTick, match="certificate"):
        take_tick_back(clinic=clinic, member=rsvp.member, by=host, now=DURING)
    assert Attendance.objects.has_come(clinic, rsvp.member)

    revoke_certificate(certificate=certificate, reason="By mistake", by=make_coordinator(), now=DURING)

    assert take_tick_back(clinic=clinic, member=rsvp.member, by=host, now=DURING) is None


@pytest.mark.parametrize(
    ("role", "state", "may"),
    [
        (ClinicRole.HOST, AnswerState.ACCEPTED, True),
        (ClinicRole.HELPER, AnswerState.ACCEPTED, True),
        (ClinicRole.SHARER, AnswerState.ACCEPTED, False),
        (ClinicRole.HOST, AnswerState.ASKED, False),
        (ClinicRole.HOST, AnswerState.STEPPED_BACK, False),
    ],
)
def test_hosts_and_helpers_who_said_yes_tick(clinic, rsvp, role, state, may):
    somebody = make_person(clinic, role, state).member

    if may:
        assert tick(clinic=clinic, member=rsvp.member, by=somebody, now=DURING).ticked_by == somebody
    else:
        with pytest.raises(CannotTick):
            tick(clinic=clinic, member=rsvp.member, by=somebody, now=DURING)


def test_a_guest_does_not_note_or_let_in_themselves_and_who_does_something_there_may(clinic):
    liaison, host = make_coordinator(), make_person(clinic, ClinicRole.HOST).member
    take_seat(clinic=clinic, member=liaison, by=liaison, now=NOW)
    waiting = make_coordinator()
    clinic.rsvps.create(member=waiting, state="waiting", place=1, made_at=NOW)
    listed = bring_call_list(clinic=clinic, content=b"Name\nLiaison\n", by=liaison, now=DURING)

    for refused, act in (
        (CannotTick, lambda: tick(clinic=clinic, member=liaison, by=liaison, now=DURING)),
        (CannotTick, lambda: let_in(clinic=clinic, member=waiting, by=waiting, now=DURING)),
        (
            CannotTick,
            lambda: confirm_callers(
                call_list=listed, chosen={listed.rows.get().pk: liaison.pk}, by=liaison, now=DURING
            ),
        ),
    ):
        with pytest.raises(refused):
            act()
    assert tick(clinic=clinic, member=host, by=host, now=DURING)
    assert tick(clinic=clinic, member=liaison, by=host, now=DURING)


def test_those_who_look_after_a_clinic_tick_longer_than_its_hosts_and_others_never(host):
    clinic = make_clinic(region="MENA")
    person = sign_up(clinic, 1)[0].member
    theirs, others = make_liaison("MENA"), make_liaison("SA")
    hosts = make_person(clinic, ClinicRole.HOST).member
    late = clinic.ends_at + HOST_READS_FOR

    for refused in (others, hosts, host, person):
        with pytest.raises(CannotTick):
            tick(clinic=clinic, member=person, by=refused, now=late)
    assert tick(clinic=clinic, member=person, by=theirs, now=late)


@pytest.mark.parametrize(
    ("moment", "may"), [(START - timedelta(minutes=31), False), (START - timedelta(minutes=30), True), (DURING, True)]
)
def test_ticks_begin_half_an_hour_before_the_start(clinic, host, rsvp, moment, may):
    if may:
        assert tick(clinic=clinic, member=rsvp.member, by=host, now=moment)
    else:
        with pytest.raises(CannotTick, match="half an hour"):
            tick(clinic=clinic, member=rsvp.member, by=host, now=moment)


def test_nobody_is_ticked_who_is_not_expected(clinic, host):
    for member in (make_member(), make_person(clinic, state=AnswerState.DECLINED).member):
        with pytest.raises(CannotTick, match="no seat"):
            tick(clinic=clinic, member=member, by=host, now=DURING)
    sharer = make_person(clinic).member
    assert tick(clinic=clinic, member=sharer, by=host, now=DURING)


def test_heads_are_counted_each_once(clinic, host):
    people = [rsvp.member for rsvp in sign_up(clinic, 3)]
    make_person(clinic, address="sol@example.org")
    make_person(clinic, ClinicRole.HELPER, address="sol@example.org")
    make_person(clinic, state=AnswerState.DECLINED, address="no@example.org")
    join(clinic=clinic, member=people[0], now=DURING)
    for member in people[:2]:
        tick(clinic=clinic, member=member, by=host, now=DURING)
    for number in (7, 4, 4):
        count_others(clinic=clinic, number=number, by=host, now=DURING)

    heads = heads_of(clinic)

    assert (heads.by_name, heads.without_account, heads.others, heads.together) == (2, 1, 4, 7)
    assert OtherHeads.objects.get().counted_by == host
    assert Act.objects.filter(verb="count_other_heads").count() == 2
    for number in (-1, 100_001):
        with pytest.raises(CannotTick):
            count_others(clinic=clinic, number=number, by=host, now=DURING)


def test_guests_stand_by_channel_and_name_and_who_has_never_been_there_is_new(clinic, host):
    make_person(clinic, ClinicRole.SHARER, member=host)
    french = make_channel(clinic, "fr")
    rows = dict(zip(("Zoë", "Ana", "Émile"), sign_up(clinic, 3), strict=True))
    for name, rsvp in rows.items():
        Member.objects.filter(pk=rsvp.member_id).update(name=name)
    Rsvp.objects.filter(pk=rows["Ana"].pk).update(channel=french)
    earlier = make_clinic(starts_at=START - timedelta(days=40), state="held")
    make_attendance(earlier, rows["Zoë"].member)
    tick(clinic=clinic, member=rows["Ana"].member, by=host, now=DURING)

    guests = guests_of(clinic)

    assert [(guest.name, guest.is_new, guest.is_there) for guest in guests] == [
        (str(host), False, False),
        ("Émile", True, False),
        ("Zoë", False, False),
        ("Ana", True, True),
    ]
    assert [str(guest.channel or "") for guest in guests] == ["", "", "", "French"]
    assert "sharer" in guests[0].role and "host" in guests[0].role
    assert [guest.name for guest in searched(guests, "emi")] == ["Émile"]


@pytest.mark.usefixtures("_during")
def test_the_page_shows_needs_and_questions_to_hosts_and_helpers(client, clinic, host, rsvp):
    AccessNeed.objects.create(rsvp=rsvp, text="I read lips: please keep your camera on.", made_at=NOW)
    SeatQuestion.objects.create(rsvp=rsvp, text="How long is a proposal?", made_at=NOW)

    words = see(client, clinic, host)

    assert "I read lips" in words and "How long is a proposal?" in words
    assert {look.viewer for look in Look.objects.about(rsvp.member)} == {host}


@pytest.mark.usefixtures("_during")
def test_a_form_ticks_and_comes_back_to_its_row_and_a_script_is_told_what_stands(client, clinic, host, rsvp):
    key = f"seat-{rsvp.pk}"
    client.force_login(host)

    form = client.post(url("attendance-tick", clinic), {"here": key, "q": "ana b", "page": "1"})
    again = [client.post(url("attendance-tick", clinic), {"here": key}, **JSON).json() for _twice in range(2)]
    words = see(client, clinic, host)
    back = client.post(url("attendance-tick", clinic), {"not_here": key}, **JSON).json()

    assert form["Location"] == f"{url('clinic-host', clinic)}?q=ana+b&page=1#{key}"
    assert again == [{"here": True, "there": 1}] * 2
    assert f'name="not_here" value="{key}" aria-pressed="true"' in words
    assert back == {"here": False, "there": 0}


@pytest.mark.usefixtures("_during")
@pytest.mark.parametrize("key", ["", "seat-", "seat-x", "seat-999999", "part-1", "moon-1", "seat-" + "9" * 30])
def test_a_tick_of_nobody_is_refused_with_the_reason(client, clinic, host, key):
    stranger = sign_up(make_clinic(starts_at=START + timedelta(days=1)), 1)[0]
    client.force_login(host)
    for pressed in (key, f"seat-{stranger.pk}"):
        answer = client.post(url("attendance-tick", clinic), {"here": pressed}, **JSON)
        assert answer.status_code == 409 and "no seat" in answer.json()["refused"]
        assert client.post(url("attendance-tick", clinic), {"here": pressed}).status_code == 302
    assert not Attendance.objects.exists()


@pytest.mark.usefixtures("_during")
@pytest.mark.parametrize(
    ("typed", "kept"), [("4", 4), ("0", 0), (" 12 ", 12), ("", None), ("many", None), ("-3", None)]
)
def test_the_rest_is_a_number(client, clinic, host, typed, kept):
    client.force_login(host)
    client.post(url("others-count", clinic), {"number": typed})

    assert OtherHeads.objects.values_list("number", flat=True).first() == kept


@pytest.mark.usefixtures("_during")
def test_the_page_takes_as_many_queries_for_many_as_for_few(client, clinic, host):
    french = make_channel(clinic, "fr")

    def count():
        with CaptureQueriesContext(connection) as captured:
            see(client, clinic, host)
        return len(captured)

    sign_up(clinic, 3)
    few = count() and count()
    for rsvp in sign_up(clinic, 25):
        Rsvp.objects.filter(pk=rsvp.pk).update(channel=french)
        AccessNeed.objects.create(rsvp=rsvp, text="A chair", made_at=NOW)
        SeatQuestion.objects.create(rsvp=rsvp, text="Why?", made_at=NOW)
        make_attendance(clinic, rsvp.member)
    make_person(clinic, address="sol@example.org")

    assert count() == few <= 30


def test_the_clock_says_what_is_on_and_how_long(client, clinic, host):
    entries = [AgendaEntry(AgendaPart.ICEBREAKER, 10), AgendaEntry(AgendaPart.QUESTIONS, 20)]
    write_agenda(clinic=clinic, entries=entries, icebreaker="", quiz_link="", by=make_coordinator(), now=NOW)
    spans = [(START, START + timedelta(minutes=10)), (START + timedelta(minutes=10), START + timedelta(minutes=30))]

    with time_machine.travel(START + timedelta(minutes=12, seconds=30), tick=False):
        words = see(client, clinic, host)

    assert clock_of(spans, now=START + timedelta(minutes=12, seconds=30)) == (1, "17:30")
    assert clock_of(spans, now=START - timedelta(seconds=1)).row is clock_of(spans, now=spans[1][1]).row is None
    assert words.count('aria-current="step"') == 1 and "17:30" in words


@pytest.mark.usefixtures("_during")
def test_the_newer_of_two_presses_counts_in_whatever_order_they_come(client, clinic, host, rsvp):
    key, other = f"seat-{rsvp.pk}", make_person(clinic, ClinicRole.HELPER).member

    def press(name, ago, by=host):
        """Press so many seconds before the request arrives: each takes its time on a bad line."""
        client.force_login(by)
        pressed = round((DURING.timestamp() - ago) * 1000) if isinstance(ago, int) else ago
        return client.post(url("attendance-tick", clinic), {name: key, "pressed": pressed}, **JSON)

    assert press("here", 60).json() == {"here": True, "there": 1}
    assert press("not_here", 30, by=other).json() == {"here": False, "there": 0}
    for _again in range(2):  # the telephone of the first host was without a line
        late = press("here", 40).json()
        assert (late["here"], late["there"]) == (False, 0) and "otherwise after you" in late["said"]
    assert press("here", 20).json() == press("here", 20).json() == {"here": True, "there": 1}
    late = press("not_here", 25, by=other).json()
    assert late["here"] and late["there"] == 1
    assert press("here", "1").json() == {"here": True, "there": 1}  # says the same, whenever that was
    assert press("not_here", "9" * 18, by=other).json() == {"here": False, "there": 0}
    type(clinic).objects.filter(pk=clinic.pk).update(start_set_at=DURING - timedelta(minutes=1))
    assert press("here", 90).status_code == 409  # pressed for the hour it had before
    another = LastPress(clinic=clinic, member=rsvp.member, is_there=True, pressed_at=DURING)
    refuses("clinics_one_last_press_per_member", another.save)


def test_who_has_not_agreed_is_not_let_in_by_somebody_else(clinic, host):
    waiting = sign_up(clinic, 1)[0]
    type(waiting).objects.filter(pk=waiting.pk).update(state="waiting", seat=None, seated_at=None, place=1)

    with pytest.raises(CannotTick, match="has to agree to the code of conduct"):
        let_in(clinic=clinic, member=waiting.member, by=host, now=DURING)
    assert not Attendance.objects.exists()
    make_agreement(waiting.member)
    let_in(clinic=clinic, member=waiting.member, by=host, now=DURING)
    assert Attendance.objects.get().member == waiting.member


def test_who_waits_at_the_door_is_let_in_where_a_seat_is_free(clinic, host):
    type(clinic).objects.filter(pk=clinic.pk).update(capacity=1)
    going, waiting = sign_up(clinic, 2)
    make_agreement(waiting.member)
    with pytest.raises(Exception, match="seat"):
        let_in(clinic=clinic, member=waiting.member, by=host, now=DURING)
    Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)

    let_in(clinic=clinic, member=waiting.member, by=host, now=DURING)

    waiting.refresh_from_db()
    assert waiting.is_going and Attendance.objects.has_come(clinic, waiting.member)
    with pytest.raises(CannotTick):
        let_in(clinic=clinic, member=make_member(), by=make_member(), now=DURING)
    for nobody in (going.member, make_person(clinic, "helper", "declined").member):
        with pytest.raises(CannotTick):  # also where the number of a row was made up
            let_in(clinic=clinic, member=nobody, by=host, now=DURING)


@pytest.mark.usefixtures("_during")
def test_somebody_is_let_in_by_a_button(client, clinic, host):
    type(clinic).objects.filter(pk=clinic.pk).update(capacity=1)
    going, waiting = sign_up(clinic, 2)
    make_agreement(waiting.member)
    assert f'name="let_in" value="seat-{waiting.pk}"' in see(client, clinic, host)
    Rsvp.objects.filter(pk=going.pk).update(state="cancelled", seat=None, seated_at=None)

    client.post(url("seat-at-the-door", clinic), {"let_in": f"seat-{waiting.pk}"})

    assert Attendance.objects.get().member == waiting.member


def test_the_page_asks_who_was_ticked_by_others_and_is_told_no_name(
    client, clinic, host, rsvp, django_assert_max_num_queries
):
    joined = sign_up(clinic, 1)[0]
    make_attendance(clinic, joined.member, joined_at=clinic.starts_at)
    helper = make_person(clinic, ClinicRole.HELPER)
    for member in (rsvp.member, helper.member):
        tick(clinic=clinic, member=member, by=host, now=clinic.starts_at)
    client.force_login(host)
    address = reverse("clinics:attendance-now", args=[clinic.pk])

    with time_machine.travel(clinic.starts_at, tick=False), django_assert_max_num_queries(12):
        told = client.get(address)

    both = {f"seat-{rsvp.pk}", f"part-{helper.pk}"}
    assert {name: set(keys) for name, keys in told.json().items() if name != "by_name"} == {
        "ticked": both,
        "there": both | {f"seat-{joined.pk}"},
    }
    assert told.json()["by_name"] == 3 and joined.member.name not in told.content.decode()
    assert not Look.objects.exists()
