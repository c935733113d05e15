"""Letters to people with a seat about one start of a clinic: reminders, and that it has moved."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from clinics.domain.clinics import REMINDERS, NoticeKind
from clinics.models import Clinic, Notice, Rsvp
from mailings.ledger import letters


def owe_reminders(now: datetime) -> int:
    """Owe each person with a seat the reminder that is due, once per start of the clinic; return how many."""
    notices = Notice.objects.filter(rsvp=OuterRef("pk"), sequence=OuterRef("clinic__sequence")).order_by()
    soon = (
        Rsvp.objects.going()
        .filter(clinic__in=Clinic.objects.announced().starting_within(REMINDERS.reach, now=now).values("pk"))
        .filter(member__is_active=True)
        .exclude(Exists(notices.filter(kind=REMINDERS.letters[-1])))
        .annotate(written=ArraySubquery(notices.values("kind")))
        .select_related("clinic", "member")
        .order_by("pk")
    )
    owed = 0
    for rsvp in soon:
        settled_at = max(rsvp.seated_at, rsvp.clinic.start_set_at)
        step = REMINDERS.due(starts_at=rsvp.clinic.starts_at, settled_at=settled_at, now=now)
        if step and step.letter not in rsvp.written:
            owe_notice(rsvp, clinic=rsvp.clinic, kind=NoticeKind(step.letter), now=now)
            owed += 1
    return owed


def owe_notice(rsvp: Rsvp, *, clinic: Clinic, kind: NoticeKind, now: datetime) -> None:
    """Owe one letter about the clinic's present start; if the clinic moves later, another letter replaces it."""
    notice = Notice.objects.create(
        rsvp=rsvp, kind=kind, sequence=clinic.sequence, starts_at=clinic.starts_at, made_at=now
    )
    letter = "clinics.clinic_moved" if kind == NoticeKind.MOVED else f"clinics.reminder_{kind}"
    start = clinic.starts_at.strftime("%Y%m%dT%H%MZ")
    letters.owe(
        kind=letter,
        to=rsvp.member,
        about=notice,
        key=f"{letter}:{rsvp.pk}:{start}:{clinic.sequence}",
        gather=f"clinic:{rsvp.pk}:place" if kind == NoticeKind.MOVED else "",
        now=now,
    )
