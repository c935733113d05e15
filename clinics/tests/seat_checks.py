"""What must hold of the seats of a clinic whenever nobody acts, read from the log of acts, the rows and the letters."""

from datetime import UTC, datetime, timedelta

from django.core import mail

from clinics.domain.clinics import HOLDING_A_SEAT, ClinicState, RsvpState
from clinics.domain.seats import Queue, queue
from clinics.models import Attendance, ClinicSeatRules, Rsvp
from clinics.seats.calendars import may_be_in_a_calendar
from clinics.seats.sweeps import STILL_WAITING
from letsconnect.base.models import Act
from mailings import kinds
from mailings.domain.letters import OPEN, LetterState
from mailings.models import Letter

WAITING, GOING = RsvpState.WAITING, RsvpState.GOING
DOORS = timedelta(minutes=30)
GIVEN_BACK = "clinics.seat_given_back"
OF_THEIR_PLACE = (
    "clinics.rsvp_recorded",
    "clinics.moved_up",
    "clinics.seat_offered",
    "clinics.offer_expired",
    "clinics.put_in",
    "clinics.taken_out",
    GIVEN_BACK,
    STILL_WAITING,
)
BY_THEMSELVES = ("cancel_rsvp", "decline_seat", "come_without_seat")


class Told:
    """What the log tells of one clinic: who has what, who waits in which order, and what was against the rules."""

    def __init__(self, *, capacity, starts_at):
        self.capacity, self.starts_at = capacity, starts_at
        self.states, self.queue, self.last = {}, [], {}

    @property
    def holding(self):
        return sum(state in HOLDING_A_SEAT for state in self.states.values())

    def of_the_clinic(self, act):
        if act.verb == "change_capacity":
            assert act.was == str(self.capacity), act
            self.capacity = int(act.became)
        if act.verb == "reschedule":
            self.starts_at = datetime.strptime(act.became, "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC)

    def of_a_seat(self, act):
        key, said = act.object_id, f"{act.verb} of {act.object_id}: {act.was} → {act.became} at {act.at}"
        if act.was == act.became:  # of another offer
            return
        assert act.was == self.states.get(key, ""), f"{said}, but it was {self.states.get(key)}"
        if act.became in HOLDING_A_SEAT and act.was not in HOLDING_A_SEAT:
            assert self.holding < self.capacity, f"{said}, {self.holding} of {self.capacity}"
        if act.verb in ("move_up", "offer_seat") and act.was == WAITING:
            assert self.queue[0] == key, f"{said}, before {self.queue[0]}"
        if act.verb == "rsvp" and act.became == GOING:
            assert not self.queue or act.at >= self.starts_at - DOORS, f"{said}, before {self.queue}"
        if act.verb == "take_free_seat":
            assert act.at >= self.starts_at - DOORS, said
        if act.was == WAITING:
            self.queue.remove(key)
        if act.became == WAITING:
            self.queue.append(key)
        self.states[key], self.last[key] = act.became, act


def read_log(clinic, *, capacity, starts_at):
    """Read the acts on one clinic and its seats in their order, in which the lock put them, and check each."""
    told = Told(capacity=capacity, starts_at=starts_at)
    for act in Act.objects.filter(object_type__in=("clinics.rsvp", "clinics.clinic")).order_by("pk"):
        if act.object_type == "clinics.clinic":
            told.of_the_clinic(act)
        elif act.verb not in ("change_offer", "change_channel", "show_name"):
            told.of_a_seat(act)
    return told


def check_rows(clinic, told):
    """The rows say what the log says, each person has one, and each seat one person."""
    rows = dict(clinic.rsvps.values_list("pk", "state"))
    assert rows == told.states
    assert list(clinic.rsvps.waiting().values_list("pk", flat=True)) == told.queue
    assert (clinic.capacity, clinic.starts_at) == (told.capacity, told.starts_at)
    assert clinic.rsvps.values("member").distinct().count() == len(rows)
    seats = list(clinic.rsvps.holding_a_seat().values_list("seat", flat=True))
    within = set(range(1, clinic.capacity + 1))
    assert len(seats) == len(set(seats))
    if clinic.state == ClinicState.ANNOUNCED:
        assert set(seats) <= within or within <= set(seats), f"{sorted(seats)} of {clinic.capacity}"
    own = clinic.people.accepted().values("member")
    assert not clinic.rsvps.active().filter(member__in=own).exists()
    assert not clinic.rsvps.active().filter(member__is_active=False).exists()


def check_queue(clinic, *, now):
    """No seat is free while somebody waits; nobody is offered one after its time, nor before the cut-off."""
    if clinic.state != ClinicState.ANNOUNCED:
        return
    becomes = queue(starts_at=clinic.starts_at, cut_off=ClinicSeatRules.objects.current().cut_off, now=now)
    offered = clinic.rsvps.offered()
    assert not offered.filter(claim_by__lte=now).exists()
    assert not offered.filter(claim_by__gt=clinic.doors_open_at).exists()
    if becomes is Queue.MOVES_UP:
        assert not offered.exists()
    if becomes is not Queue.STANDS and clinic.rsvps.waiting().exists():
        assert clinic.rsvps.holding_a_seat().count() >= clinic.capacity


def check_attendance(clinic, told):
    """Each was there once, and only whoever had a seat or a part."""
    came = list(Attendance.objects.of(clinic).values_list("member", flat=True))
    had_a_seat = {key for key in told.states if Act.objects.filter(object_id=key, became=GOING).exists()}
    seats = set(Rsvp.objects.filter(pk__in=had_a_seat).values_list("member", flat=True))
    assert len(came) == len(set(came))
    assert set(came) <= seats | set(clinic.people.values_list("member", flat=True))


def check_letters(clinic, told, *, now):
    """The last letter that each person read about their place is true, unless they know better themselves."""
    assert not Letter.objects.filter(state__in=(LetterState.FAILED, LetterState.UNCERTAIN)).exists()
    assert not Letter.objects.filter(kind__in=OF_THEIR_PLACE, state__in=OPEN).exists()
    if clinic.state != ClinicState.ANNOUNCED or now >= clinic.starts_at:
        return
    subjects = {letter.extra_headers["Message-ID"]: letter.subject for letter in mail.outbox}
    for row in clinic.rsvps.filter(member__is_active=True).select_related("member", "clinic"):
        about = Letter.objects.filter(about_type="clinics.rsvp", about_id=row.pk, kind__in=OF_THEIR_PLACE)
        if now < clinic.doors_open_at:  # of an hour from which it was moved, as another letter told
            about = about.exclude(kind=STILL_WAITING)
        read = about.filter(state=LetterState.SENT).order_by("sent_at", "pk").last()
        act, letters = told.last[row.pk], [(one.key, one.state, one.reason) for one in about.order_by("pk")]
        what = f"{row.pk} is {row.state} by {act.verb} at {act.at}: {letters}"
        if any("has begun" in reason for _key, _state, reason in letters):
            continue  # and was moved to another hour since
        if not row.is_active and act.verb in BY_THEMSELVES:
            assert act.was != GOING or read is None or read.kind == GIVEN_BACK or not may_be_in_a_calendar(row), what
            continue
        assert read is not None, what
        refusal = kinds.get(read.kind).still_owed(row, now)
        assert refusal is None, f"{what}: {refusal}"
        if read.kind == "clinics.rsvp_recorded":
            subject = subjects[read.message_id]
            assert ("waiting list" in subject) is (row.state == WAITING), f"{what}: {subject}"
