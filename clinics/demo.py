"""Demo data for clinics: one in two weeks, one nearly full with a waiting list, one tomorrow, one that was held."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.attendance.call_lists import bring_call_list
from clinics.attendance.joining import join
from clinics.attendance.ticking import count_others, tick
from clinics.certificates.making import Choices, make_certificate
from clinics.checklists.items import fill_checklist, load_checklist_template, settle_item
from clinics.domain.agendas import AgendaPart
from clinics.domain.certificates import CertificateKind
from clinics.domain.checklists import ItemState, UsualItem
from clinics.domain.clinics import ClinicFormat, ForWhom
from clinics.domain.feedback import QuoteAs
from clinics.domain.finding import HoursAsked
from clinics.domain.people import AnswerState, ClinicRole, Turn
from clinics.domain.resources import Licence
from clinics.domain.texts import TextState
from clinics.feedback.giving import Said, give_feedback, said_by
from clinics.feedback.quoting import give_quote, publish_quote
from clinics.finding.questions import find_hours
from clinics.finding.taking import take_hour
from clinics.models import Attendance, Clinic, ClinicHourRules, ClinicText, RaisedNeed
from clinics.needs.raising import record_need
from clinics.outcomes.writing import write_outcome
from clinics.people.answering import answer
from clinics.people.asking import Named, Part, add_person, ask_person
from clinics.people.channels import add_channel
from clinics.planning.from_needs import plan_clinic_from, wanted_by_request
from clinics.planning.plans import announce_clinic, change_clinic, create_clinic, hold_clinic
from clinics.requests.asking import WishedTopic, ask_topic, support_topic
from clinics.resources.writing import ResourceEntry, write_resources
from clinics.seats.rsvps import rsvp
from clinics.signing_up.wishes import SeatWishes, change_wishes
from clinics.texts.writing import save_text
from mailings.domain.subscriptions import BulkList, SubscriptionSource
from mailings.models import Subscription
from mailings.subscriptions.members import choose_as_member
from registrations.models import Member, Skill

FIRST_SHARER, SECOND_SHARER = "first sharer", "second sharer"  # in an agenda: whoever the demo asks to share
CAME = 11  # and one more: enough for what they say of the clinic to be told
CHANGES = (
    "More time for questions.",
    "Send the lexemes a day before.",
    "A break after forty minutes.",
    "Slides with larger letters.",
    "Begin with somebody who has never edited one.",
)
QUOTES = ("My grandmother's word for dew is on Wikidata now.", "I came to listen, and went with twenty lexemes.")
KEPT = "https://archive.example.org"  # where the demo keeps recordings and slides
READERS = 6  # who chose announcements of clinics and the weekly list
Words = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class DemoClinic:
    """One demo clinic: it starts ``days`` from now, at ``hour`` o'clock in ``zone``."""

    days: int
    hour: int
    zone: str
    words: Words
    signed_up: int
    capacity: int = 30
    facts: dict[str, object] = field(default_factory=dict)
    agenda: tuple[AgendaEntry, ...] = ()
    icebreaker: str = ""
    quiz_link: str = ""
    skills: tuple[str, ...] = ()
    has_people: bool = False
    drafts: tuple[str, ...] = ()  # the languages of texts that are not ready
    outcome: str = ""  # in English, of one that was held
    links: tuple[ResourceEntry, ...] = ()  # to what is kept of it
    finds_hour: bool = False  # the best within three days of its day, with the reasons for it


PLANS = (
    DemoClinic(
        days=16,
        hour=15,
        zone="UTC",
        finds_hour=True,
        signed_up=4,
        skills=("proposal-writing", "budgeting"),
        has_people=True,
        agenda=(
            AgendaEntry(AgendaPart.ICEBREAKER, 10),
            AgendaEntry(AgendaPart.INTRODUCTION, 10),
            AgendaEntry(AgendaPart.PRESENTATION, 35, speaker=FIRST_SHARER),
            AgendaEntry(AgendaPart.CASE_STUDY, 20, "The budget that was too round", SECOND_SHARER),
            AgendaEntry(AgendaPart.QUESTIONS, 25),
            AgendaEntry(AgendaPart.SUMMARY, 10),
        ),
        icebreaker="What is the smallest sum that made something possible for you?",
        words={
            "en": ("Writing a grant proposal that gets read", "From an idea to two clear pages, with real examples."),
            "es": ("Cómo escribir una propuesta que se lea", "De una idea a dos páginas claras, con ejemplos reales."),
            "fr": (
                "Écrire une demande de financement qu'on lit",
                "De l'idée à deux pages claires, exemples en main.",
            ),
            "pt": ("Como escrever uma proposta que seja lida", "De uma ideia a duas páginas claras, com exemplos."),
            "ar": ("كتابة طلب منحة يُقرأ", "من فكرة إلى صفحتين واضحتين، مع أمثلة حقيقية."),
        },
    ),
    DemoClinic(
        days=9,
        hour=18,
        zone="America/Bogota",
        signed_up=9,
        skills=("organizing-edit-a-thons", "partnership-building"),
        capacity=6,
        facts={"floor_language": "es", "for_whom": ForWhom.REGION, "region": "LAC"},
        drafts=("pt",),
        words={
            "es": (
                "Editatones con bibliotecas",
                "Cómo preparar, hacer y contar un editatón con una biblioteca.",
            ),
            "en": ("Edit-a-thons with libraries", "How to prepare, run and report an edit-a-thon with a library."),
            "pt": ("Editatonas com bibliotecas", "Como preparar, realizar e relatar uma editatona com uma biblioteca."),
        },
    ),
    DemoClinic(
        days=1,
        hour=18,
        zone="Africa/Cairo",
        signed_up=6,
        skills=("volunteer-retention", "training-newcomers"),
        facts={"for_whom": ForWhom.REGIONS, "regions": ["MENA", "SSA"]},
        words={
            "en": ("Keeping newcomers after the first edit", "What made new editors stay, told by three groups."),
            "ar": ("كيف يبقى المحررون الجدد", "ما الذي جعل المحررين الجدد يبقون، كما ترويه ثلاث مجموعات."),
        },
    ),
    DemoClinic(
        days=-12,
        hour=14,
        zone="Asia/Kathmandu",
        signed_up=8,
        skills=("wikidata-lexemes",),
        facts={"format": ClinicFormat.COMMUNITY_CALL, "minutes": 60},
        links=(
            ResourceEntry("recording", f"{KEPT}/lexemes-en.webm", "en", "Lexemes for small languages"),
            ResourceEntry("recording", f"{KEPT}/lexemes-fr.webm", "fr", "Les lexèmes pour les petites langues"),
            ResourceEntry("recording", f"{KEPT}/lexemes-ar.webm", "ar", "المعجميات للغات الصغيرة"),
            ResourceEntry("slides", f"{KEPT}/lexemes-en.pdf", "en", licence=Licence.CC0),
            ResourceEntry("slides", f"{KEPT}/lexemes-es.pdf", "es", licence=Licence.CC0),
            ResourceEntry("toolkit", f"{KEPT}/lexeme-forms", title="Lexeme forms"),
            ResourceEntry("notes", f"{KEPT}/lexemes-notes", "en", is_ready=False),
        ),
        agenda=(
            AgendaEntry(AgendaPart.ICEBREAKER, 10),
            AgendaEntry(AgendaPart.NEWS, 10),
            AgendaEntry(AgendaPart.PRESENTATION, 20, "Twenty lexemes of Newar", "Rajesh of Patan"),
            AgendaEntry(AgendaPart.QUESTIONS, 15),
            AgendaEntry(AgendaPart.SUMMARY, 5),
        ),
        icebreaker="Which word of your language has no translation?",
        quiz_link="https://quiz.example.org/lexemes",
        outcome=(
            "We entered the first twenty lexemes of Newar together, and found out that three other communities miss "
            "the same forms.\n\nThe next call is about sounds: bring a word that you can say aloud."
        ),
        words={
            "en": ("Lexemes for small languages", "First steps with lexicographical data on Wikidata."),
            "fr": ("Les lexèmes pour les petites langues", "Premiers pas avec les données lexicographiques."),
        },
    ),
)


# A skill of the catalogue or words, the language, why, and how many others support it.
TOPICS = (
    ("conflict-management", "Calming down a heated talk page", "en", "Two of our best editors stopped writing.", 6),
    ("", "Oral history with elders", "ar", "Our elders tell what no book holds, and we lack a way to cite it.", 2),
    ("volunteer-retention", "Keeping volunteers", "es", "Many come to our first meeting, and few to the second.", 3),
)


def load(members: Sequence[Member], now: datetime, *, planner: Member | None = None) -> list[Clinic]:
    """Make the clinics as the working group would, step by step, with ``members`` signing up in order.

    Call it once, on an empty database; ``planner``, or else a coordinator among the members, plans the clinics.
    """
    planner = planner or next(member for member in members if member.is_coordinator)
    for member in members[:READERS]:
        lists = {BulkList.ANNOUNCEMENTS, BulkList.DIGEST, *lists_of(member)}
        choose_as_member(
            member=member, lists=lists, source=SubscriptionSource.PAGE, by=member, now=now - timedelta(days=20)
        )
    _ask_for_topics(members, planner, now)
    return [_plan_held_clinic(plan, members, planner, now) for plan in PLANS]


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


def _plan_held_clinic(plan: DemoClinic, members: Sequence[Member], planner: Member, now: datetime) -> Clinic:
    day = now.astimezone(ZoneInfo(plan.zone)) + timedelta(days=plan.days)
    clinic = Clinic(
        local_date=day.date(),
        local_time=day.time().replace(hour=plan.hour, minute=0, second=0, microsecond=0),
        zone=plan.zone,
        capacity=plan.capacity,
        meeting_link="https://meet.example.org/lets-connect-demo",
        **plan.facts,
    )
    begun = now - timedelta(days=3) + min(timedelta(0), timedelta(days=plan.days))
    create_clinic(clinic=clinic, by=planner, now=begun)
    for language, (title, summary) in plan.words.items():
        state = TextState.DRAFT if language in plan.drafts else TextState.READY
        text = ClinicText(clinic=clinic, language=language, state=state, title=title, summary=summary)
        save_text(text=text, by=planner, now=begun)
    skills = Skill.objects.active().filter(slug__in=plan.skills)
    change_clinic(clinic=clinic, changes={"skills": skills}, by=planner, now=begun)
    if plan.finds_hour:
        clinic = _take_best_hour(clinic, planner, begun)
    if plan.agenda:
        clinic = write_agenda(
            clinic=clinic,
            entries=_with_speakers(plan.agenda, members),
            icebreaker=plan.icebreaker,
            quiz_link=plan.quiz_link,
            by=planner,
            now=begun,
        )
    clinic = announce_clinic(clinic=clinic, by=planner, now=begun)
    _tick_what_is_over(clinic, planner, begun, was_held=clinic.ends_at <= now)
    for number, member in enumerate(members[: plan.signed_up]):
        rsvp(clinic=clinic, member=member, by=member, now=begun + timedelta(minutes=number + 1))
    if plan.has_people:
        _ask_people(clinic, members, planner, begun)
        _say_with_their_seats(clinic, begun + timedelta(hours=2))
    clinic.refresh_from_db()
    if clinic.ends_at <= now:
        _note_who_was_there(clinic, planner)
        clinic = hold_clinic(clinic=clinic, by=planner, now=clinic.ends_at)
        heads = 2 * plan.signed_up  # people come without signing up
        clinic = write_outcome(
            clinic=clinic, head_count=heads, outcome=plan.outcome, language="en", by=planner, now=now
        )
        write_resources(clinic=clinic, entries=plan.links, by=planner, now=now)
        _say_how_it_was(clinic, members[: CAME + 1], planner, clinic.ends_at)
    return clinic


def _say_how_it_was(clinic: Clinic, members: Sequence[Member], planner: Member, ended_at: datetime) -> None:
    """Let as many as needed have been there and say how it was, allow two quotes, and have certificates made."""
    useful, paces = ("very", "very", "quite"), ("right", "right", "right", "hard")
    for number, member in enumerate(members):
        Attendance.objects.get_or_create(clinic=clinic, member=member, defaults={"joined_at": clinic.starts_at})
        options = {"useful": useful[number % 3], "pace": paces[number % 4], "safe": "yes", "use": "yes"}
        words = CHANGES[number] if number < len(CHANGES) else ""
        said, seen = Said(options, words), said_by(member, clinic).fingerprint
        give_feedback(clinic=clinic, said=said, seen_fingerprint=seen, by=member, now=ended_at)
    for member, text, as_whom in zip(members, QUOTES, (QuoteAs.PARTICIPANT, QuoteAs.OTHER_NAME), strict=False):
        name = "Rajesh of Patan" if as_whom == QuoteAs.OTHER_NAME else ""
        quote = give_quote(clinic=clinic, text=text, as_whom=as_whom, name=name, by=member, now=ended_at)
        if as_whom == QuoteAs.PARTICIPANT:
            publish_quote(quote=quote, seen_version=quote.version, by=planner, now=ended_at)
        choices = Choices(str.__str__(member.name) or "Ana Lima", shows_name=True)
        make_certificate(clinic=clinic, kind=CertificateKind.ATTENDING, choices=choices, by=member, now=ended_at)


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


def _ask_people(clinic: Clinic, members: Sequence[Member], planner: Member, now: datetime) -> None:
    """Two sharers and a host who said yes, and three channels: one with both interpreters, one waiting, one empty."""
    first, second, host, lead, relief, waiting = (members[-number] for number in range(1, 7))
    channels = {
        language: add_channel(clinic=clinic, language=language, by=planner, now=now) for language in ("es", "fr", "ar")
    }
    sharer, interpreter = Part(ClinicRole.SHARER), ClinicRole.INTERPRETER
    for member, part, role_line in (
        (first, sharer, "grants officer"),
        (second, sharer, "treasurer of a user group"),
        (host, Part(ClinicRole.HOST), ""),
        (lead, Part(interpreter, channels["es"], Turn.LEAD), ""),
        (relief, Part(interpreter, channels["es"], Turn.RELIEF), ""),
        (waiting, Part(interpreter, channels["fr"], Turn.LEAD), ""),
    ):
        named = Named(member=member, role_line=role_line)
        person = add_person(clinic=clinic, part=part, named=named, by=planner, now=now)
        person = ask_person(person=person, by=planner, now=now)
        if member is not waiting:
            answer(person=person, becomes=AnswerState.ACCEPTED, by=member, now=now + timedelta(hours=1))


def _say_with_their_seats(clinic: Clinic, now: datetime) -> None:
    """Somebody listens in Spanish and asks something, somebody needs captions, two would need Swahili."""
    said = (
        SeatWishes(listens_in="es", question="How much of a budget may be for food?", shows_name=True),
        SeatWishes(access_need="Captions, please: I hear badly in calls.", language_need="sw"),
        SeatWishes(language_need="sw", shows_name=True),
    )
    for seat, wishes in zip(
        clinic.rsvps.going().select_related("clinic", "member").order_by("seat"), said, strict=False
    ):
        change_wishes(rsvp=seat, wishes=wishes, by=seat.member, now=now)


def _tick_what_is_over(clinic: Clinic, planner: Member, now: datetime, *, was_held: bool) -> None:
    """Tick what had to be done before a clinic is announced, or held; the rest of its list waits for its day."""
    if not clinic.checklist.exists():
        load_checklist_template()
        fill_checklist(clinic=clinic, by=planner, now=now)
    done = {UsualItem.TOPIC_AND_SHARERS, UsualItem.ANNOUNCE} | ({UsualItem.SUMMARY} if was_held else set())
    for item in clinic.checklist.select_related("clinic"):
        if (was_held and item.days <= 3) or item.name in done:
            settle_item(item=item, state=ItemState.DONE, by=planner, now=now)
        elif item.name == UsualItem.CERTIFICATES:
            settle_item(item=item, state=ItemState.NOT_NEEDED, by=planner, now=now)


def _note_who_was_there(clinic: Clinic, planner: Member) -> None:
    """Let most of those with a seat join or be ticked; a list of the call waits for its review."""
    begun = clinic.starts_at + timedelta(minutes=3)
    going = [rsvp.member for rsvp in clinic.rsvps.going().select_related("member").order_by("seat")]
    for number, member in enumerate(going[:-2]):
        join(clinic=clinic, member=member, now=begun)
        if number % 2:
            tick(clinic=clinic, member=member, by=planner, now=begun)
    count_others(clinic=clinic, number=len(going), by=planner, now=clinic.ends_at)
    rows = ["Name,Duration (Minutes)", *(f'"{member}",{40 + number}' for number, member in enumerate(going)), "Bo,12"]
    bring_call_list(clinic=clinic, content="\n".join(rows).encode(), by=planner, now=clinic.ends_at)
