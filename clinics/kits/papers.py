"""The papers of a kit: what a group edits with any program (plain text, Markdown, CSV), each in the active language."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from clinics.calendars import PRODUCT, event_for_everybody
from clinics.domain.agendas import AgendaPart
from clinics.domain.checklists import UsualItem
from clinics.domain.feedback import OPTIONS, TICKED, FeedbackQuestion
from clinics.domain.resources import LICENCE_PAGES, Licence
from clinics.domain.safe_space import ASKED, NOT_ACCEPTED
from clinics.feedback.forms import ClinicFeedbackForm
from clinics.kits.letters import ExampleLetter
from clinics.kits.reading import Kit, KitClinic
from clinics.models import ClinicText
from clinics.signing_up.forms import SignUpForm
from clinics.texts.hidden_names import NAME_WAS_HERE
from letsconnect.base import calendars
from letsconnect.base.links import absolute
from letsconnect.base.spreadsheets import csv_of, harmless

_OF_A_KIT = UUID("8c1f0f5e-3d3b-4a26-9f0c-6a0f52c9d1ab")
_ASKED_AT_SIGN_UP = ("email", "name", "listens_in", "question", "access_need", "language_need", "shows_name")


def table(rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return rows as CSV in which no text is taken for a formula."""
    cells = ([cell if isinstance(cell, int) else harmless(cell) for cell in row] for row in rows)
    return b"".join(csv_of(cells))


def _paper(*parts: str) -> bytes:
    return ("\n\n".join(part.strip() for part in parts if part.strip()) + "\n").encode()


def _head(words: str, level: int = 1) -> str:
    return f"{'#' * level} {words}"


def _list(lines: Iterable[object], mark: str = "-") -> str:
    return "\n".join(f"{mark} {line}" for line in lines)


def agenda_rows(kit: KitClinic) -> list[tuple[str, int, str]]:
    """Return when each item begins, counted from the start, how long it takes and what it is."""
    rows, begins = [], 0
    for minutes, part, words in kit.agenda:
        rows.append((f"{begins // 60}:{begins % 60:02}", minutes, capfirst(words or str(AgendaPart(part).label))))
        begins += minutes
    return rows


def agenda_table(kit: KitClinic) -> bytes:
    head = (_("From the start"), _("Minutes"), pgettext("of an agenda", "What"))
    return table([head, *agenda_rows(kit)])


def agenda(kit: KitClinic) -> bytes:
    lines = [f"{begins} ({minutes}) {what}" for begins, minutes, what in agenda_rows(kit)]
    return _paper(
        _head(_("Agenda")), _("Hours and minutes from the start, and in brackets how many minutes."), _list(lines)
    )


def day_in_words(days: int) -> str:
    if days == 0:
        return _("On the day")
    if days < 0:
        return ngettext("%(days)d day before", "%(days)d days before", -days) % {"days": -days}
    return ngettext("%(days)d day after", "%(days)d days after", days) % {"days": days}


def checklist(items: Iterable[tuple[int, UsualItem]]) -> bytes:
    lines = [f"{day_in_words(days)}: {item.label}" for days, item in items]
    return _paper(_head(_("Checklist")), _list(lines, "- [ ]"))


def checklist_table(items: Iterable[tuple[int, UsualItem]]) -> bytes:
    head = (_("Days from the clinic"), pgettext("of a checklist item", "what is to be done"), _("Done"))
    return table([head, *((days, str(item.label), "") for days, item in items)])


def text(written: ClinicText) -> bytes:
    parts = [f"# {written.title}", written.summary]
    for heading, words in (
        (_("Who it is for"), written.audience),
        (_("What you will learn"), written.outcomes),
        (_("What to prepare"), written.preparation),
    ):
        parts += [f"## {heading}", words] if words.strip() else []
    return _paper(*parts)


def sign_up_form() -> bytes:
    """Return the questions of the form of a seat, as it asks them."""
    parts = [_head(_("Sign-up form"))]
    optional = _("optional")
    for name in _ASKED_AT_SIGN_UP:
        field = SignUpForm.base_fields[name]
        label = str(field.label)
        parts.append(f"## {label}" if field.required else f"## {label} ({optional})")
        parts.append(str(field.help_text))
    parts.append(_("Ask for no more than you need. Delete the answers once they have served."))
    return _paper(*parts)


def feedback_form() -> bytes:
    parts = [_head(_("Feedback form")), _("Without names. Each question may be left out.")]
    for question in TICKED:
        parts += [f"## {question.label}", _list(OPTIONS[question].values(), "- ( )")]
    parts += [f"## {FeedbackQuestion.WORDS.label}", str(ClinicFeedbackForm.base_fields["words"].help_text)]
    return _paper(*parts)


def safe_space() -> bytes:
    return _paper(
        _head(_("A safe space for everybody")),
        _head(_("What we ask of each other"), 2),
        _list(ASKED),
        _head(_("What we do not accept"), 2),
        _list(NOT_ACCEPTED),
        _("The host may ask somebody to stop, mute them, or take them out of the call."),
    )


def figures(kit: KitClinic | None = None) -> bytes:
    """Return which figures to report and how each is counted; of a clinic with what everybody may know of it."""
    figures_told: dict[str, int | None] = {}
    if kit is not None:
        figures_told = {"came": kit.people, "regions": kit.regions, "languages": 1 + len(kit.interpreted)}
    head = (_("Figure"), _("How it is counted"), _("Number"))
    rows = [(what, how, "" if (number := figures_told.get(name)) is None else number) for name, what, how in _figures()]
    return table([head, *rows])


def _figures() -> list[tuple[str, str, str]]:
    return [
        ("signed_up", _("People who signed up"), _("Each person once, with those on the waiting list.")),
        ("came", _("People who came"), _("Counted in the room, or in the list of the call. Each person once.")),
        ("new", _("People who came for the first time"), _("Of those who came; ask for a show of hands.")),
        ("regions", _("Regions they came from"), _("Do not name a region of fewer than five people.")),
        ("languages", _("Languages one could follow it in"), _("The spoken one, and those interpreted into.")),
        ("helped", _("People who helped"), _("Hosts, sharers, interpreters and helpers.")),
        ("hours", _("Hours of volunteers"), _("All together, with preparing.")),
        ("answered", _("People who gave feedback"), _("Tell nothing of fewer than ten answers.")),
        ("useful", _("For whom it was useful"), _("Of those who answered: very or quite useful.")),
        ("safe", _("Who felt safe and welcome"), _("Of those who answered: yes or mostly.")),
        (
            "cost",
            _("What it cost"),
            _("Room, connection, interpretation, childcare, materials: each on its own. Keep receipts."),
        ),
    ]


def materials(kit: KitClinic) -> bytes:
    head = (
        pgettext("of material of a clinic", "what it is"),
        _("language"),
        _("title"),
        _("link"),
        _("licence"),
    )
    rows = [(link.kind_in_words, link.language, link.title, link.url, link.licence_in_words) for link in kit.materials]
    return table([head, *rows])


def readme(kit: Kit) -> bytes:
    """Say what is what, what was left out, and what may be done with it."""
    is_series = bool(kit.series)
    titles = [each.clinic.title for each in kit.clinics]
    files = [
        ("agenda.md, agenda.csv", _("What comes when, without who speaks.")),
        ("checklist.md, checklist.csv", _("What is to be done how many days before and after.")),
        ("texts/", _("What it is about, in each language in which that is ready.")),
        ("emails/", _("The emails to those who come and to those who help, in five languages.")),
        ("forms/", _("What is asked at sign-up and afterwards, in five languages.")),
        ("safe-space/", _("The rules of a safe space, in five languages.")),
        ("figures.csv", _("Which figures to report and how each is counted: a table to fill in.")),
        ("materials.csv", _("Recordings and slides, where there are any, with their licences.")),
        ("clinic.ics", _("The clinic for a calendar: change the date first.")),
    ]
    licence = {"licence": str(Licence.BY_SA.label), "link": LICENCE_PAGES[Licence.BY_SA], "site": settings.SITE_NAME}
    return _paper(
        _head(_("A kit to run it yourselves: %(what)s") % {"what": kit.series or titles[0]}),
        _("With these files a group can run this in its own place, without this site."),
        _("Each clinic has a folder of its own:") if is_series else "",
        _list(f"{folder(number)}: {title}" for number, title in enumerate(titles, start=1)) if is_series else "",
        _head(_("What is what"), 2),
        _list(f"{name}: {words}" for name, words in files),
        _head(_("Before you use it"), 2),
        _list(
            [
                _("Where a text named somebody of these clinics, or said how to reach somebody, it has %(mark)s.")
                % {"mark": NAME_WAS_HERE},
                _("No program finds every name. Read the texts and titles once before you pass them on."),
                _("The planners’ own items of the checklist are left out, because they may name somebody."),
                _("People, dates and links in the emails are invented. Put your own in."),
                _("Numbers of people are rounded to fives, and below five none is told."),
                _("Arabic is written from right to left: set the direction in your program."),
                _("Each file is plain text in UTF-8. Tables (.csv) open in any spreadsheet."),
            ]
        ),
        _head(_("Licence"), 2),
        _("%(licence)s, %(link)s. Name “%(site)s”, and share alike. Materials have licences of their own.") % licence,
        _head(_("More"), 2),
        _("How a group runs it in its own place: %(link)s") % {"link": absolute("run-your-own")},
        _list(absolute("clinics:clinic-detail", each.key) for each in kit.clinics),
    )


def folder(number: int) -> str:
    return f"clinic-{number:02}"


def letter(example: ExampleLetter) -> bytes:
    return _paper(
        f"# {capfirst(example.label)}", _("Subject: %(subject)s") % {"subject": example.subject}, example.text
    )


def calendar(kit: KitClinic) -> bytes:
    """Return the clinic as an event of nobody's; where it was is left out, as another group meets elsewhere."""
    event = replace(event_for_everybody(kit.clinic), uid=uuid5(_OF_A_KIT, str(kit.key)), place="")
    made_at = kit.clinic.announced_at or kit.clinic.starts_at  # no clock of today's comes into the bytes
    return calendars.published([event], product=PRODUCT, language=get_language() or "en", now=made_at)
