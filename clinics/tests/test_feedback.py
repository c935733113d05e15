"""Feedback on clinics: who is asked, what is kept of it, which sums are told, and what may be quoted."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.domain.clinics import ClinicState, NotYourClinic
from clinics.domain.feedback import (
    ASKED_FOR,
    OPTIONS,
    FeedbackClosed,
    FeedbackQuestion,
    NotThere,
    NotYourQuote,
    shown_sums,
    words_may_be_read,
)
from clinics.feedback.giving import Said, forget_feedback, give_feedback, said_by
from clinics.feedback.leaving import on_erasing
from clinics.feedback.quoting import give_quote, hide_quote, leave_quote, publish_quote, take_back_quote
from clinics.feedback.sums import count_feedback, feedback_on
from clinics.models import Attendance, FeedbackAnswer, FeedbackTally, Quote
from clinics.seats.rsvps import rsvp
from clinics.tests.after_factories import (
    count_said_of,
    make_clinic_that_was,
    make_somebody_who_came,
    said_by_many,
    say_of_clinic,
)
from clinics.tests.factories import make_attendance, make_clinic, make_person
from letsconnect.base.models import Act
from letsconnect.base.small_counts import too_small
from letsconnect.tests.database import change, refuses
from registrations.domain.registrations import StaleForm
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LATER = NOW + timedelta(days=80)
FIRST = {"very": 7, "quite": 5, "little": 2}


def sums_of(clinic, question="useful"):
    return next(sums for sums in feedback_on(clinic, now=LATER).sums if sums.question == question)


def counted(clinic):
    return feedback_on(clinic, now=count_said_of(clinic))


# What may be told


@pytest.mark.parametrize(
    ("counts", "answers", "told"),
    [
        ({"yes": 9}, None, {}),
        ({"yes": 10}, 10, {"yes": 10}),
        ({"yes": 5, "mostly": 5}, 10, {"yes": 5, "mostly": 5}),
        ({"yes": 16, "mostly": 3, "no": 1}, 20, {}),
        ({"yes": 13, "mostly": 4, "no": 3}, 20, {"yes": 13}),
        ({"yes": 9, "no": 1}, 10, {}),
    ],
)
def test_a_question_is_told_at_ten_answers_and_an_option_at_five_and_no_sum_tells_the_rest(counts, answers, told):
    sums = shown_sums(FeedbackQuestion.SAFE, counts)

    assert sums.answers == answers
    assert {option: count for option, count in sums.options.items() if count is not None} == told
    assert set(sums.options) == set(OPTIONS[FeedbackQuestion.SAFE])


@given(st.lists(st.integers(0, 12), min_size=2, max_size=6))
def test_what_is_hidden_is_nothing_or_at_least_five_together_or_all_there_is(numbers):
    counts = dict(enumerate(numbers))

    hidden = too_small(counts, least=5)

    together = sum(counts[key] for key in hidden)
    assert all(counts[key] >= 5 for key in counts if key not in hidden)
    assert together == 0 or together >= 5 or len(hidden) == len(counts)


@pytest.mark.parametrize(("people", "written", "may"), [(9, 9, False), (10, 4, False), (10, 5, True)])
def test_words_are_read_where_enough_people_spoke_and_enough_of_them_wrote(people, written, may):
    assert words_may_be_read(people=people, written=written) is may


# Giving


def test_who_had_a_seat_or_came_or_had_a_part_is_asked_and_nobody_else():
    clinic = make_clinic(starts_at=NOW + timedelta(days=1))
    seated, came, sharer, waiting, stranger = (make_member() for _ in range(5))
    rsvp(clinic=clinic, member=seated, by=seated, now=NOW)
    clinic.rsvps.create(member=waiting, state="waiting", place=1, made_at=NOW)
    make_attendance(clinic, came)
    make_person(clinic, "sharer", member=sharer)
    make_person(clinic, "host", "declined", member=stranger)
    later = NOW + timedelta(days=2)

    for member in (seated, came, sharer):
        say_of_clinic(clinic, member, now=later, useful="very")
    for member in (waiting, stranger):
        with pytest.raises(NotThere):
            say_of_clinic(clinic, member, now=later, useful="very")
    assert FeedbackAnswer.objects.count() == 3


@pytest.mark.parametrize(
    ("state", "ended", "is_asked"),
    [
        (ClinicState.HELD, timedelta(hours=1), True),
        (ClinicState.ARCHIVED, timedelta(days=29, hours=23), True),
        (ClinicState.ANNOUNCED, timedelta(), True),
        (ClinicState.ANNOUNCED, timedelta(minutes=-1), False),
        (ClinicState.HELD, timedelta(days=30), False),
        (ClinicState.CANCELLED, timedelta(days=1), False),
    ],
)
def test_it_is_asked_from_the_end_for_thirty_days(state, ended, is_asked):
    clinic = make_clinic(state=state, starts_at=NOW - timedelta(hours=2) - ended)
    member = make_member()
    if state != ClinicState.CANCELLED:
        make_attendance(clinic, member)

    if is_asked:
        say_of_clinic(clinic, member, pace="right")
    else:
        with pytest.raises(FeedbackClosed):
            say_of_clinic(clinic, member, pace="right")
    assert FeedbackAnswer.objects.exists() == is_asked


def test_nothing_stored_leads_to_the_person_or_from_one_answer_to_another():
    clinic, other = make_clinic_that_was(), make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    make_attendance(other, member)

    for one in (clinic, other):
        say_of_clinic(one, member, useful="very", safe="yes", words="Longer breaks.")

    rows = list(FeedbackAnswer.objects.values())
    assert len({row["digest"] for row in rows}) == len(rows) == 6
    assert all(row["id"].version == 4 for row in rows)  # no number that puts those of one person side by side
    assert {row["week_of"] for row in rows} == {NOW.date() - timedelta(days=NOW.weekday())}
    for private in (member.public_id, str(member.email), str(member.name)):
        assert private not in str(rows)
    assert not any(field.related_model is type(member) for field in FeedbackAnswer._meta.get_fields())
    assert not Act.objects.filter(actor=member).exists()


def test_the_person_sees_changes_and_takes_back_what_they_said():
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    say_of_clinic(clinic, member, useful="very", safe="no", words="Too fast.")
    assert said_by(member, clinic) == Said({"useful": "very", "safe": "no"}, "Too fast.")
    kept = FeedbackAnswer.objects.get(question="useful").pk

    say_of_clinic(clinic, member, useful="very", pace="hard")

    assert said_by(member, clinic) == Said({"useful": "very", "pace": "hard"})
    assert FeedbackAnswer.objects.get(question="useful").pk == kept
    say_of_clinic(clinic, member)
    assert not FeedbackAnswer.objects.exists()


def test_two_windows_do_not_overwrite_each_other():
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    seen = said_by(member, clinic).fingerprint
    say_of_clinic(clinic, member, useful="very")

    with pytest.raises(StaleForm):
        give_feedback(clinic=clinic, said=Said({"useful": "not"}), seen_fingerprint=seen, by=member, now=NOW)

    give_feedback(clinic=clinic, said=Said({"useful": "very"}), seen_fingerprint=seen, by=member, now=NOW)
    assert said_by(member, clinic).options == {"useful": "very"}


# Sums


def test_nothing_is_told_while_answers_can_change_and_then_it_is_told_once_and_for_all():
    """A host who also answers would else learn one person's answers by emptying their own and reading again."""
    clinic = make_clinic_that_was()
    members = said_by_many(clinic, useful={"very": 6, "not": 5}, words=5)
    host = members[-1]
    final = clinic.ends_at + ASKED_FOR
    for moment in (NOW, final - SECOND):
        say_of_clinic(clinic, host, now=moment, **({} if moment == NOW else {"useful": "not"}))
        count_feedback(moment)
        shown = feedback_on(clinic, now=moment)
        assert (shown.has_sums, shown.words, shown.stage, shown.told_from) == (False, (), "open", final)

    assert (feedback_on(clinic, now=final).has_sums, feedback_on(clinic, now=final).stage) == (False, "due")
    count_feedback(final)
    assert sums_of(clinic).answers == 11 and sums_of(clinic).options == {
        "very": 6, "quite": None, "little": None, "not": 5
    }  # fmt: skip
    for late in ({}, {"useful": "quite"}):
        with pytest.raises(FeedbackClosed):
            say_of_clinic(clinic, host, now=final, **late)
    count_feedback(final + SECOND)
    assert (sums_of(clinic).answers, sums_of(clinic).options["not"]) == (11, 5)


def test_what_was_counted_is_final_also_for_who_is_erased_and_for_a_clinic_that_is_put_to_a_later_day():
    clinic = make_clinic_that_was(state=ClinicState.ANNOUNCED)
    members = said_by_many(clinic, useful={"very": 11}, words=6)
    told = counted(clinic)
    assert (len(told.words), sums_of(clinic).answers) == (6, 11)
    row = FeedbackAnswer.objects.first()

    on_erasing(None, member=members[-1], by=None, now=NOW)  # who wrote nothing: that no word is gone tells nothing, too
    assert counted(clinic).sums == told.sums and counted(clinic).words == ()

    Attendance.objects.all().delete()
    change(clinic, starts_at=NOW - timedelta(hours=3), local_date=NOW.date(), local_time=(NOW - 3 * HOUR).time())()
    clinic.refresh_from_db()
    with pytest.raises(FeedbackClosed):
        say_of_clinic(clinic, members[0], useful="not")
    refuses("clinics_counted_feedback_is_final", change(row, words="Longer"))
    again = {"clinic": clinic, "question": "pace", "option": "right", "digest": "x", "week_of": row.week_of}
    refuses("clinics_counted_feedback_is_final", lambda: FeedbackAnswer.objects.create(**again))


def test_words_are_told_without_their_order(django_assert_num_queries):
    clinic, orders = make_clinic_that_was(), set()
    said_by_many(clinic, words=9, useful={"very": 10})
    counted(clinic)

    for _ in range(8):
        with django_assert_num_queries(3):
            words = feedback_on(clinic, now=LATER).words
        orders.add(words)

    assert {frozenset(words) for words in orders} == {frozenset(f"Word {number}" for number in range(9))}
    assert len(orders) > 1


def test_words_of_few_are_not_told():
    clinic = make_clinic_that_was()
    said_by_many(clinic, words=4, useful={"very": 12})
    assert counted(clinic).words == ()

    other = make_clinic_that_was()
    said_by_many(other, words=9, useful={"very": 9})
    assert counted(other).words == ()


def test_ticks_are_deleted_once_they_are_counted_and_words_before_they_are_ninety_days_old_and_the_sums_stay():
    clinic, young = make_clinic_that_was(), make_clinic_that_was(starts_at=NOW - timedelta(hours=3))
    said_by_many(clinic, words=6, useful=FIRST)
    said_by_many(young, now=NOW + timedelta(days=14), useful={"very": 11})
    monday = NOW - timedelta(days=NOW.weekday())

    assert count_feedback(clinic.ends_at + ASKED_FOR) == 14
    before = sums_of(clinic)
    assert not FeedbackAnswer.objects.ticked().filter(clinic=clinic).exists()
    assert FeedbackAnswer.objects.filter(clinic=young).count() == 11
    assert count_feedback(monday + timedelta(days=88)) == 11
    assert len(feedback_on(clinic, now=LATER).words) == 6
    assert count_feedback(monday + timedelta(days=89)) == 6
    assert count_feedback(monday + timedelta(days=89)) == 0

    assert not FeedbackAnswer.objects.exists()
    tallies = {(row.question, row.option): row.count for row in FeedbackTally.objects.filter(clinic=clinic)}
    assert tallies == {("useful", "very"): 7, ("useful", "quite"): 5, ("useful", "little"): 2, ("words", "said"): 6}
    assert sums_of(clinic) == before
    assert feedback_on(clinic, now=LATER).words == ()


def test_answers_on_a_clinic_that_is_put_off_again_and_again_go_before_they_are_ninety_days_old():
    clinic = make_clinic(starts_at=NOW + timedelta(days=85))
    monday = NOW.date() - timedelta(days=NOW.weekday())
    FeedbackAnswer.objects.create(clinic=clinic, question="useful", option="very", digest="x", week_of=monday)

    count_feedback(NOW + timedelta(days=89))

    assert not FeedbackAnswer.objects.exists() and FeedbackTally.objects.get().count == 1


def test_erasing_deletes_what_somebody_said():
    clinic = make_clinic_that_was()
    member, other = make_somebody_who_came(clinic), make_somebody_who_came(clinic)
    for one in (member, other):
        say_of_clinic(clinic, one, useful="very", words="Word")

    forget_feedback(member=member)

    assert said_by(member, clinic).is_nothing and not said_by(other, clinic).is_nothing


# Quotes


def quote(clinic, member, text="I learned to count.", as_whom="other_name", name="Q.", now=NOW):
    return give_quote(clinic=clinic, text=text, as_whom=as_whom, name=name, by=member, now=now)


def test_a_quote_says_what_and_as_whom_and_nothing_of_the_rest(coordinator):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic, name="Ana Lima")

    given = quote(clinic, member)
    assert (str(given.text), given.said_by, given.published_at) == ("I learned to count.", "Q.", None)
    assert quote(clinic, member, as_whom="own_name").said_by == "Ana Lima"
    assert quote(clinic, member, as_whom="participant").said_by == "a participant"
    assert Quote.objects.count() == 1


def test_who_leaves_a_quote_off_has_decided_until_other_words_are_given_and_nobody_decides_on_their_own(coordinator):
    clinic = make_clinic_that_was()
    given = quote(clinic, make_somebody_who_came(clinic))
    make_attendance(clinic, coordinator)
    own = quote(clinic, coordinator)
    waiting = Quote.objects.to_decide_for(coordinator)

    assert [row.pk for row in waiting.all()] == [given.pk]
    assert leave_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)
    assert not waiting.all().exists()
    assert [row.pk for row in Quote.objects.to_decide_for(make_coordinator())] == [own.pk]
    give_quote(clinic=clinic, text="Other words.", as_whom="participant", name="", by=given.member, now=NOW)
    assert [row.pk for row in waiting.all()] == [given.pk]
    for decide in (publish_quote, hide_quote, leave_quote):
        with pytest.raises(NotYourQuote):
            decide(quote=own, seen_version=own.version, by=coordinator, now=NOW)


def test_it_is_published_by_who_looks_after_the_clinic_and_taken_back_at_any_time(coordinator, other_liaison):
    clinic = make_clinic_that_was(region="MENA")
    member = make_somebody_who_came(clinic)
    given = quote(clinic, member)
    with pytest.raises(NotYourClinic):
        publish_quote(quote=given, seen_version=given.version, by=other_liaison, now=NOW)
    assert publish_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)
    assert [row.pk for row in clinic.quotes.published()] == [given.pk]
    assert not hide_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)
    given.refresh_from_db()
    assert hide_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)
    assert not clinic.quotes.published().exists()

    take_back_quote(clinic=clinic, by=member, now=NOW + timedelta(days=400))

    assert not Quote.objects.exists()
    assert not publish_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)


def test_other_words_or_another_name_are_read_again_before_they_are_published(coordinator):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    given = quote(clinic, member)
    publish_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)

    changed = quote(clinic, member, name="Somebody else", now=NOW + timedelta(hours=1))

    assert changed.published_at is None
    assert not publish_quote(quote=given, seen_version=given.version, by=coordinator, now=NOW)
    assert publish_quote(quote=changed, seen_version=changed.version, by=coordinator, now=NOW + timedelta(hours=2))


def test_one_who_was_not_there_or_comes_late_gives_no_quote():
    clinic = make_clinic_that_was()
    with pytest.raises(NotThere):
        quote(clinic, make_member())
    member = make_somebody_who_came(clinic)
    with pytest.raises(FeedbackClosed):
        quote(clinic, member, now=NOW + timedelta(days=40))


# What the database refuses


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("clinics_feedback_option_is_known", {"option": "maybe"}),
        ("clinics_feedback_option_is_known", {"question": "moon"}),
        ("clinics_feedback_words_stand_where_they_are_asked_for", {"words": "Too fast."}),
        ("clinics_feedback_words_stand_where_they_are_asked_for", {"question": "words", "option": "said"}),
        ("clinics_feedback_week_is_its_monday", {"week_of": NOW.date() - timedelta(days=NOW.weekday() - 1)}),
    ],
)
def test_the_database_refuses_answers_that_say_nothing(constraint, wrong):
    monday = NOW.date() - timedelta(days=NOW.weekday())
    row = {"clinic": make_clinic_that_was(), "question": "useful", "option": "very", "digest": "x", "week_of": monday}
    FeedbackAnswer.objects.create(**{**row, "digest": "known"})
    refuses(
        "clinics_one_feedback_answer_per_question", lambda: FeedbackAnswer.objects.create(**{**row, "digest": "known"})
    )
    refuses(constraint, lambda: FeedbackAnswer.objects.create(**{**row, **wrong}))


def test_the_database_refuses_tallies_and_quotes_that_contradict_themselves(coordinator):
    clinic = make_clinic_that_was()
    tally = FeedbackTally.objects.create(clinic=clinic, question="safe", option="no", count=2)
    refuses("clinics_tally_counts_somebody", change(tally, count=0))
    refuses("clinics_tally_option_is_known", change(tally, option="very"))
    known = {"clinic": clinic, "question": "safe", "option": "no", "count": 1}
    refuses("clinics_one_tally_per_option", lambda: FeedbackTally.objects.create(**known))
    given = quote(clinic, make_somebody_who_came(clinic))
    for constraint, wrong in (
        ("clinics_quote_can_be_seen", {"text": "\u3164"}),
        ("clinics_quote_is_as_somebody", {"as_whom": "moon"}),
        ("clinics_quote_names_whom_it_is_to_name", {"name": ""}),
        ("clinics_quote_names_whom_it_is_to_name", {"as_whom": "participant"}),
        ("clinics_quote_names_whom_it_is_to_name", {"name": "\u202e"}),
        ("clinics_published_quote_says_by_whom", {"published_at": NOW, "decided_at": NOW}),
        ("clinics_published_quote_was_decided_on", {"published_at": NOW, "published_by": coordinator}),
        (
            "clinics_nobody_publishes_their_own_quote",
            {"published_at": NOW, "published_by": given.member, "decided_at": NOW},
        ),
        ("clinics_published_quote_says_by_whom", {"published_by": coordinator}),
    ):
        refuses(constraint, change(given, **wrong))
    again = {"clinic": clinic, "member": given.member, "text": "x", "given_at": NOW}
    refuses("clinics_one_quote_per_member", lambda: Quote.objects.create(**again))
