"""The lists of the desk by the work they serve, in the portal's own words."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reports.catalogue import all_reports

# Which table serves which work; a table that is not named here serves the work of its app.
_WORK = (
    ("people", _("People")),
    ("matching", _("Matches")),
    ("clinics", _("Clinics")),
    ("emails", _("Emails and newsletter")),
    ("reports", _("Reports")),
    ("answers", _("Skills, groups and rules")),
    ("team", pgettext_lazy("the desk", "Working group")),
)
_OF_APPS = {
    "registrations": "people",
    "matching": "matching",
    "clinics": "clinics",
    "mailings": "emails",
    "trust": "team",
    "base": "team",
}
_OF_TABLES = {
    "registrations.skill": "answers",
    "registrations.group": "answers",
    "registrations.eligibility": "answers",
    "matching.matchingrules": "answers",
    "clinics.clinichourrules": "answers",
    "clinics.clinicseatrules": "answers",
    "clinics.agendatemplate": "answers",
    "clinics.checklisttemplateitem": "answers",
    "registrations.workinggroupseat": "team",
}
_FIRST = {
    name: place
    for place, name in enumerate(
        (
            *("registrations.registration", "registrations.member", "matching.match", "matching.round"),
            *("matching.concern", "matching.sharerrequest", "clinics.clinic", "clinics.topicrequest"),
            *("mailings.letter", "mailings.newsletter", "registrations.skill", "registrations.group"),
        )
    )
}
# Pages beside tables, with the table that says who sees them.
_PAGES = {
    "clinics.topicrequest": ("admin:clinics_topicrequest_needs", _("Needs that matches cannot serve")),
    "mailings.letter": ("admin:mailings_letter_board", _("How the mail stands")),
}


_ADDING = {"registrations.importupload": _("Import a file")}


class ListToOpen(NamedTuple):
    """A list with its name, and where a row is added if the reader may; ``adding`` says so where "Add" says little."""

    name: str
    url: str
    add_url: str = ""
    adding: str = ""


class Work(NamedTuple):
    """The lists that serve one kind of work."""

    key: str
    name: str
    lists: list[ListToOpen]


def by_work(apps: Iterable[dict[str, Any]], *, reads_reports: bool, makes_editions: bool) -> list[Work]:
    """Return what Django lists by app, by the work that it serves."""
    rows: dict[str, list[tuple[int, ListToOpen]]] = {key: [] for key, _name in _WORK}
    if reads_reports:
        titles = [(str(report.title), reverse("admin:reports_report", args=[report.name])) for report in all_reports()]
        if makes_editions:
            titles.append((gettext("Editions: reports for funders"), reverse("admin:reports_editions")))
        rows["reports"] = [(place, ListToOpen(*title)) for place, title in enumerate(titles)]
    for app in apps:
        for table in app["models"]:
            label = table["model"]._meta.label_lower
            work = _OF_TABLES.get(label) or _OF_APPS.get(app["app_label"], "team")
            opened = ListToOpen(
                str(capfirst(table["name"])),
                table["admin_url"] or "",
                table["add_url"] or "",
                str(_ADDING.get(label, "")),
            )
            rows[work].append((_FIRST.get(label, len(_FIRST)), opened))
            if label in _PAGES:
                page, name = _PAGES[label]
                rows[work].append((_FIRST[label], ListToOpen(str(name), reverse(page))))
    return [
        Work(key, str(name), [opened for _place, opened in sorted(rows[key], key=lambda row: row[0])])
        for key, name in _WORK
        if rows[key]
    ]
