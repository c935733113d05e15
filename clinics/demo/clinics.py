"""Make the clinics of the demo as the working group and those who come would, step by step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.checklists.items import fill_checklist, load_checklist_template, settle_item
from clinics.demo import after, scenes
from clinics.demo.plans import FIRST_SHARER, PLANS, SECOND_SHARER, DemoClinic
from clinics.domain.checklists import ItemState, UsualItem
from clinics.domain.finding import HoursAsked
from clinics.domain.texts import TextState
from clinics.feedback.sums import count_feedback
from clinics.finding.questions import find_hours
from clinics.finding.taking import take_hour
from clinics.models import Clinic, ClinicHourRules, ClinicText, RaisedNeed
from clinics.needs.raising import record_need
from clinics.planning.from_needs import plan_clinic_from, wanted_by_request
from clinics.planning.plans import announce_clinic, archive_clinic, change_clinic, create_clinic, hold_clinic
from clinics.planning.series import create_series
from clinics.requests.asking import WishedTopic, ask_topic, support_topic
from clinics.seats.rsvps import rsvp
from clinics.texts.writing import save_text
from mailings.domain.subscriptions import BulkList, SubscriptionSource
from mailings.models import Subscription
from mailings.subscriptions.members import choose_as_member
from registrations.models import Member, Skill

READERS = 6  # who chose announcements of clinics and the weekly list
PLANNED_BEFORE = timedelta(days=3)  # before the demo is made; what is over was planned as long before its day

# A skill of the catalogue or words, the language, why, and how many others support it.
TOPICS = (
    ("conflict-management", "Calming down a heated talk page", "en", "Two of our best editors stopped writing.", 6),
    ("", "Oral history with elders", "ar", "Our elders tell what no book holds, and we lack a way to cite it.", 2),
    ("volunteer-retention", "Keeping volunteers", "es", "Many come to our first meeting, and few to the second.", 3),
)


def load(members: Sequence[Member], now: datetime, *, planner: Member | None = None) -> list[Clinic]:
    """Make the clinics of the plans, in their order, and another edition of the first, with ``members`` signing up.

    Call it once, on an empty database; ``planner``, or else a coordinator among the members, plans the clinics.
    """
    planner = planner or next(member for member in members if member.is_coordinator)
    for member in members[:READERS]:
        lists = {BulkList.ANNOUNCEMENTS, BulkList.DIGEST, *lists_of(member)}
        choose_as_member(
            member=member, lists=lists, source=SubscriptionSource.PAGE, by=member, now=now - timedelta(days=20)
        )
    _ask_for_topics(members, planner, now)
    clinics = [_plan_clinic(plan, members, planner, now) for plan in PLANS]
    grants, _libraries, newcomers, lexemes, photos, surveys, streams, _first, _second, proverbs = clinics
    planned_at = now - PLANNED_BEFORE
    edition = scenes.plan_another_hour(grants, planner, planned_at)
    _tick_what_is_done(edition, planner, planned_at, today=now.date())
    scenes.ask_people(grants, members, planner, planned_at)
    scenes.say_with_their_seats(grants, planner, planned_at + timedelta(hours=2))
    scenes.write_to_them(newcomers, planner, now - timedelta(hours=3))
    scenes.open_the_doors(photos, members, planner, now)
    scenes.offer_a_seat(surveys, members, now)
    scenes.cancel(streams, planner, now - timedelta(hours=20))
    for clinic, plan in zip(clinics, PLANS, strict=True):
        if clinic.ends_at <= now:
            scenes.ask_host_and_sharer(clinic, members, planner, clinic.starts_at - timedelta(days=2))
            _hold(clinic, plan, planner)
    after.say_how_it_was(lexemes, members[: after.EARLY])
    after.quote_and_certify(lexemes, members, planner)
    after.say_how_it_was(proverbs, members[: after.CAME + 1])
    count_feedback(now)
    archive_clinic(clinic=proverbs, by=planner, now=now)
    for clinic in clinics:
        clinic.refresh_from_db()
    return [*clinics, edition]


def _ask_for_topics(members: Sequence[Member], planner: Member, now: datetime) -> None:
    """Let people ask for three clinics, of which one is being planned, and record a need that was raised."""
    asked_at = now - timedelta(days=9)
    requests = []
    for number, (slug, words, language, why, supporters) in enumerate(TOPICS):
        skill = Skill.objects.active().filter(slug=slug).first()
        topic = WishedTopic(skill, "" if skill else words, language)
        who = members[number % len(members)]
        request = ask_topic(topic=topic, why=why, why_is_public=number == 0, by=who, now=asked_at)
        for member in members[number + 1 : number + 1 + supporters]:
            support_topic(request=request, by=member, now=asked_at + timedelta(hours=1))
        requests.append(request)
    plan_clinic_from(wanted=wanted_by_request(requests[-1]), by=planner, now=now - timedelta(days=2))
    need = RaisedNeed(words="Running a booth at a book fair", raised_where="Community call in May", people=12)
    record_need(need=need, by=planner, now=now - timedelta(days=5))


def lists_of(member: Member) -> list[BulkList]:
    """Return what a member gets already."""
    subscription = Subscription.objects.filter(member=member).first()
    return subscription.lists if subscription else []


def _plan_clinic(plan: DemoClinic, members: Sequence[Member], planner: Member, now: datetime) -> Clinic:
    """Plan and announce a clinic, and let people sign up."""
    begins = plan.begins(now)
    planned_at = min(now, begins) - PLANNED_BEFORE
    series = create_series(name=plan.series, by=planner, now=planned_at) if plan.series else None
    clinic = Clinic(
        local_date=begins.date(),
        local_time=begins.time(),
        zone=plan.zone,
        capacity=plan.capacity,
        series=series,
        meeting_link="https://meet.example.org/lets-connect-demo",
        **plan.facts,
    )
    create_clinic(clinic=clinic, by=planner, now=planned_at)
    for language, (title, summary) in plan.words.items():
        state = TextState.DRAFT if language in plan.drafts else TextState.READY
        text = ClinicText(clinic=clinic, language=language, state=state, title=title, summary=summary)
        save_text(text=text, by=planner, now=planned_at)
    skills = Skill.objects.active().filter(slug__in=plan.skills)
    change_clinic(clinic=clinic, changes={"skills": skills}, by=planner, now=planned_at)
    if plan.finds_hour:
        clinic = _take_best_hour(clinic, planner, planned_at)
    if plan.agenda:
        clinic = write_agenda(
            clinic=clinic,
            entries=_with_speakers(plan.agenda, members),
            icebreaker=plan.icebreaker,
            quiz_link=plan.quiz_link,
            by=planner,
            now=planned_at,
        )
    clinic = announce_clinic(clinic=clinic, by=planner, now=planned_at)
    _tick_what_is_done(clinic, planner, planned_at, today=now.date())
    for number, member in enumerate(scenes.starting_with(plan.first, members)[: plan.signed_up], start=1):
        rsvp(clinic=clinic, member=member, by=member, now=planned_at + timedelta(minutes=number))
    return clinic


def _hold(clinic: Clinic, plan: DemoClinic, planner: Member) -> None:
    """Note who was there, mark a clinic as held, and write what came of it."""
    after.note_who_was_there(clinic, planner)
    hold_clinic(clinic=clinic, by=planner, now=clinic.ends_at)
    after.write_what_came_of_it(clinic, plan, planner)


def _with_speakers(agenda: Sequence[AgendaEntry], members: Sequence[Member]) -> list[AgendaEntry]:
    """Name those who share the clinic as speakers, by the names they chose."""
    names = {FIRST_SHARER: str(members[-1]), SECOND_SHARER: str(members[-2])}
    return [replace(entry, speaker=names.get(entry.speaker, entry.speaker)) for entry in agenda]


def _take_best_hour(clinic: Clinic, planner: Member, now: datetime) -> Clinic:
    """Let the clinic begin when most can come of those interested, within three days of its day."""
    first_on, last_on = clinic.local_date - timedelta(days=3), clinic.local_date + timedelta(days=3)
    asked = HoursAsked(
        first_on, last_on, clinic.zone, clinic.minutes, weight=ClinicHourRules.objects.current().night_weight
    )
    answer = find_hours(clinic=clinic, asked=asked, now=now)
    starts_at = answer.best[0].starts_at
    reasons = answer.reasons(starts_at)
    return take_hour(clinic=clinic, starts_at=starts_at, minutes=clinic.minutes, reasons=reasons, by=planner, now=now)


def _tick_what_is_done(clinic: Clinic, planner: Member, now: datetime, *, today: date) -> None:
    """Tick what was due before ``today``, and what is done with announcing; the rest of the list waits for its day."""
    if not clinic.checklist.exists():
        load_checklist_template()
        fill_checklist(clinic=clinic, by=planner, now=now)
    done = {UsualItem.TOPIC_AND_SHARERS, UsualItem.ANNOUNCE}
    for item in clinic.checklist.select_related("clinic"):
        if item.name == UsualItem.CERTIFICATES:
            settle_item(item=item, state=ItemState.NOT_NEEDED, by=planner, now=now)
        elif item.name in done or item.due_on < today:
            settle_item(item=item, state=ItemState.DONE, by=planner, now=now)
