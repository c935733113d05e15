"""What waits around clinics, one kind for each gap that somebody at the desk can close."""

from django.utils.translation import ngettext_lazy

from clinics.models import ChecklistItem, Clinic
from clinics.models.checklists import DUE_ON
from clinics.models.moments import ENDS_AT
from clinics.planning import waiting as clinics
from letsconnect.base.admin import LONG_ASKED
from letsconnect.today.kinds import WaitingKind, list_of
from letsconnect.today.lines import Pressing

KINDS_OF_CLINICS = (
    WaitingKind(
        "clinics_soon",
        lambda reader, at: clinics.soon(Clinic.objects.looked_after_by(reader), now=at.now, until=at.tomorrow_ends),
        "starts_at",
        ngettext_lazy("%(count)d clinic is today or tomorrow", "%(count)d clinics are today or tomorrow", "count"),
        list_of("clinics_clinic"),
        (("waits", "soon"),),
        pressing=Pressing.AHEAD,
    ),
    WaitingKind(
        "clinics_lacking",
        lambda reader, at: clinics.lacking(Clinic.objects.looked_after_by(reader), now=at.now),
        "starts_at",
        ngettext_lazy(
            "%(count)d clinic of the next two weeks still lacks something",
            "%(count)d clinics of the next two weeks still lack something",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "gaps"),),
        pressing=Pressing.AHEAD,
    ),
    WaitingKind(
        "clinics_over",
        lambda reader, at: clinics.over_and_not_held(Clinic.objects.looked_after_by(reader), now=at.now),
        ENDS_AT,
        ngettext_lazy(
            "%(count)d clinic is over: say whether it was held",
            "%(count)d clinics are over: say whether they were held",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "over"),),
    ),
    WaitingKind(
        "clinics_without_outcome",
        lambda reader, _at: clinics.without_outcome(Clinic.objects.looked_after_by(reader)),
        "held_at",
        ngettext_lazy(
            "%(count)d clinic was held, and nobody has written what came of it",
            "%(count)d clinics were held, and nobody has written what came of them",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "outcome"),),
    ),
    WaitingKind(
        "checklist",
        lambda reader, at: ChecklistItem.objects.of(reader).due_by(at.today).in_good_hands(on=at.on),
        DUE_ON,
        ngettext_lazy(
            "%(count)d thing you do for a clinic is due", "%(count)d things you do for clinics are due", "count"
        ),
        "clinics:checklist-mine",
        (("show", "due"),),
    ),
    WaitingKind(
        "clinics_left_to_nobody",
        lambda reader, at: clinics.left_to_nobody(Clinic.objects.looked_after_by(reader), today=at.today, on=at.on),
        "due_first",
        ngettext_lazy(
            "%(count)d clinic has something due that nobody does",
            "%(count)d clinics have something due that nobody does",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "nobody"),),
    ),
    WaitingKind(
        "clinics_with_call_lists",
        lambda reader, _at: clinics.with_call_lists(Clinic.objects.looked_after_by(reader)),
        "list_first",
        ngettext_lazy(
            "%(count)d clinic has a list of who was in the call: say who they are",
            "%(count)d clinics have a list of who was in the call: say who they are",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "calls"),),
    ),
    WaitingKind(
        "clinics_with_quotes",
        lambda reader, _at: clinics.with_quotes(Clinic.objects.looked_after_by(reader), reader=reader),
        "quote_first",
        ngettext_lazy(
            "%(count)d clinic has words that may be quoted: show them on its page or not",
            "%(count)d clinics have words that may be quoted: show them on their pages or not",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "quotes"),),
    ),
    WaitingKind(
        "clinics_with_languages_needed",
        lambda reader, at: clinics.with_languages_needed(Clinic.objects.looked_after_by(reader), now=at.now),
        "need_first",
        ngettext_lazy(
            "%(count)d clinic has people who need a language and have heard nothing",
            "%(count)d clinics have people who need a language and have heard nothing",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "languages"),),
    ),
    WaitingKind(
        "clinics_with_silent_people",
        lambda reader, at: clinics.with_silent_people(
            Clinic.objects.looked_after_by(reader), since=at.now - LONG_ASKED, now=at.now
        ),
        "asked_first",
        ngettext_lazy(
            "%(count)d clinic has somebody who was asked more than a week ago and has not answered",
            "%(count)d clinics have somebody who was asked more than a week ago and has not answered",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "silent"),),
    ),
    WaitingKind(
        "clinics_with_people_to_ask",
        lambda reader, at: clinics.with_people_to_ask(Clinic.objects.looked_after_by(reader), now=at.now),
        "starts_at",
        ngettext_lazy(
            "%(count)d clinic has somebody whom nobody has asked yet",
            "%(count)d clinics have somebody whom nobody has asked yet",
            "count",
        ),
        list_of("clinics_clinic"),
        (("waits", "to_ask"),),
        pressing=Pressing.AHEAD,
    ),
)
