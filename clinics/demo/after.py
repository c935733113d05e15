"""What is noted and said after a clinic of the demo."""

from collections.abc import Sequence
from datetime import timedelta

from clinics.attendance.call_lists import bring_call_list
from clinics.attendance.joining import join
from clinics.attendance.ticking import count_others, tick
from clinics.certificates.making import Choices, make_certificate
from clinics.demo.plans import DemoClinic
from clinics.domain.certificates import CertificateKind
from clinics.domain.feedback import QuoteAs
from clinics.feedback.giving import Said, give_feedback, said_by
from clinics.feedback.quoting import give_quote, publish_quote
from clinics.models import Attendance, Clinic
from clinics.outcomes.writing import write_outcome
from clinics.resources.writing import write_resources
from registrations.models import Member

CAME = 11  # and one more: enough for what they say of the clinic to be told
EARLY = 3  # who said something of a clinic of which nothing is told yet
CHANGES = (
    "More time for questions.",
    "Send the proverbs a day before.",
    "A break after forty minutes.",
    "Slides with larger letters.",
    "Begin with somebody who has never recorded one.",
)
QUOTES = ("My grandmother's word for dew is on Wikidata now.", "I came to listen, and went with twenty lexemes.")


def note_who_was_there(clinic: Clinic, planner: Member) -> None:
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


def write_what_came_of_it(clinic: Clinic, plan: DemoClinic, planner: Member) -> None:
    """Say how many came, what came of it, and where its recordings and slides are."""
    heads, ended_at = 2 * plan.signed_up, clinic.ends_at  # people come without signing up
    write_outcome(clinic=clinic, head_count=heads, outcome=plan.outcome, language="en", by=planner, now=ended_at)
    write_resources(clinic=clinic, entries=plan.links, by=planner, now=ended_at)


def say_how_it_was(clinic: Clinic, members: Sequence[Member]) -> None:
    """Let members have been there, and say how it was without their names."""
    useful, paces = ("very", "quite"), ("right", "right", "right", "hard")
    for number, member in enumerate(members):
        Attendance.objects.get_or_create(clinic=clinic, member=member, defaults={"joined_at": clinic.starts_at})
        options = {
            "useful": useful[number % 2],
            "pace": paces[number % 4],
            "language": "yes",
            "safe": "yes",
            "use": "yes",
        }
        words = CHANGES[number] if number < len(CHANGES) else ""
        said, seen = Said(options, words), said_by(member, clinic).fingerprint
        give_feedback(clinic=clinic, said=said, seen_fingerprint=seen, by=member, now=clinic.ends_at)


def quote_and_certify(clinic: Clinic, members: Sequence[Member], planner: Member) -> None:
    """Allow two quotes, of which one is published, and have certificates made: of two who came, and of who shared."""
    ended_at = clinic.ends_at
    givers = [member for member in members if member != planner]  # nobody decides on their own words
    for member, text, as_whom in zip(givers, QUOTES, (QuoteAs.PARTICIPANT, QuoteAs.OTHER_NAME), strict=False):
        name = "Rajesh of Patan" if as_whom == QuoteAs.OTHER_NAME else ""
        quote = give_quote(clinic=clinic, text=text, as_whom=as_whom, name=name, by=member, now=ended_at)
        if as_whom == QuoteAs.PARTICIPANT:
            publish_quote(quote=quote, seen_version=quote.version, by=planner, now=ended_at)
        _certify(clinic, member, CertificateKind.ATTENDING)
    for sharer in Member.objects.filter(pk__in=clinic.people.accepted().sharers().values("member")):
        _certify(clinic, sharer, CertificateKind.SHARING)


def _certify(clinic: Clinic, member: Member, kind: CertificateKind) -> None:
    choices = Choices(str.__str__(member.name) or "Ana Lima", shows_name=True)
    make_certificate(clinic=clinic, kind=kind, choices=choices, by=member, now=clinic.ends_at)
