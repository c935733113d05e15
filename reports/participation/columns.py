"""The tables of the report on who took part: what each figure counts."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registrations.domain.registrations import GroupKind
from reports.domain.tables import FigureColumn, FigureTable
from reports.participation.taking_part import HOSTED, INTERPRETED, LEARNED, ONE_TO_ONE, SHARED
from reports.row_names import name_rows

PEOPLE, NEWCOMERS, RETURNING = "people", "newcomers", "returning"
KINDS = (
    ONE_TO_ONE,
    *("clinic-all", "clinic-region", "clinic-regions"),
    *("connectathon", "community_call"),
)
_KIND_NAMES = {
    ONE_TO_ONE: pgettext_lazy("kind of taking part", "sessions of two people"),
    "clinic-all": pgettext_lazy("kind of taking part", "clinics for everybody"),
    "clinic-region": pgettext_lazy("kind of taking part", "clinics for one region"),
    "clinic-regions": pgettext_lazy("kind of taking part", "clinics for several regions"),
    "connectathon": pgettext_lazy("kind of taking part", "connectathons"),
    "community_call": pgettext_lazy("kind of taking part", "community calls"),
}
OTHER_LANGUAGES, NO_LANGUAGE = "languages:other", "languages:unknown"
_LANGUAGE_NAMES = {
    "other": pgettext_lazy("languages", "other languages"),
    "unknown": pgettext_lazy("languages", "not known"),
}
name_rows("kind", lambda kind: str(_KIND_NAMES.get(kind, kind)))
name_rows("languages", lambda which: str(_LANGUAGE_NAMES.get(which, which)))
name_rows("group", lambda kind: str(GroupKind(kind).label) if kind in GroupKind.values else kind)

_PEOPLE = FigureColumn(
    PEOPLE,
    pgettext_lazy("took part", "people"),
    _(
        "People who took part in a session of two people or in a learning clinic. Each is counted once in each row, "
        "however often they came. A session counts if one of the two said that they met, and the other did not deny "
        "it. A clinic counts if somebody was seen there, joined the call, or had a part in it."
    ),
)
_ROLES = (
    FigureColumn(
        LEARNED,
        pgettext_lazy("took part", "learned"),
        _("People who were the learner of a session, or came to a clinic without a part in it."),
    ),
    FigureColumn(
        SHARED,
        pgettext_lazy("took part", "shared"),
        _("People who were the sharer of a session, or a sharer of a clinic."),
    ),
    FigureColumn(HOSTED, pgettext_lazy("took part", "hosted"), _("People who hosted a clinic, or helped its host.")),
    FigureColumn(INTERPRETED, pgettext_lazy("took part", "interpreted"), _("People who interpreted at a clinic.")),
)
_FIRST_OR_AGAIN = (
    FigureColumn(
        NEWCOMERS,
        pgettext_lazy("took part", "for the first time"),
        _("People who had never taken part before: this is their first session or clinic."),
    ),
    FigureColumn(
        RETURNING,
        pgettext_lazy("took part", "again"),
        _("People who had taken part before the time that the row is about."),
    ),
)
_ALL_COLUMNS = (_PEOPLE, *_FIRST_OR_AGAIN, *_ROLES)
_NOTE = _(
    "Who has no account is known for thirty days after a clinic. Erased accounts stay counted, of no region. People "
    "whom nobody knew by name are in the report on clinics only."
)

SUMMARY = FigureTable(
    "summary",
    _("In short"),
    (
        FigureColumn("period", pgettext_lazy("report", "Time")),
        _PEOPLE,
        _FIRST_OR_AGAIN[0],
        FigureColumn(
            "countries",
            _("countries and territories"),
            _("Countries and territories of the people who took part."),
            is_exact=True,
        ),
        FigureColumn(
            "languages",
            _("first languages"),
            _("Languages that people who took part speak as their first language."),
            is_exact=True,
        ),
        FigureColumn(
            "groups",
            pgettext_lazy("took part", "groups"),
            _("Groups to which people who took part belong."),
            is_exact=True,
        ),
        FigureColumn("sessions", _("sessions of two people"), _("Sessions at which two people met.")),
        FigureColumn(
            "clinics",
            pgettext_lazy("took part", "clinics"),
            _("Clinics, calls and connectathons held."),
            is_exact=True,
        ),
    ),
    (),
)
MONTHS = FigureTable("months", _("By month"), (FigureColumn("month", _("Month")), *_ALL_COLUMNS), (), _NOTE)
REGIONS = FigureTable("regions", _("By region"), (FigureColumn("region", _("Region")), *_ALL_COLUMNS), ())
KINDS_TABLE = FigureTable(
    "kinds", _("By kind"), (FigureColumn("kind", pgettext_lazy("report", "Kind")), _PEOPLE, *_ROLES), ()
)
LANGUAGES = FigureTable(
    "languages",
    _("By first language"),
    (
        FigureColumn("language", _("First language")),
        FigureColumn(
            PEOPLE,
            pgettext_lazy("took part", "people"),
            _(
                "People who took part and have told, in their registration, that this is a first language of theirs. "
                "Who has several is counted in each."
            ),
        ),
    ),
    (),
    _("Languages of fewer than five people stand together in one row."),
)
REGISTERED = FigureTable(
    "registered",
    _("Registered, and came"),
    (
        FigureColumn("region", _("Region")),
        FigureColumn(
            "registered",
            pgettext_lazy("people", "registered"),
            _("People whose registration is approved today."),
        ),
        FigureColumn("came", _("of them, took part"), _("Those of them who took part within the time.")),
        FigureColumn(
            "unregistered",
            _("took part without a registration"),
            _("People who took part within the time, and have no approved registration."),
        ),
    ),
    (),
)
GROUPS = FigureTable(
    "groups",
    _("Groups reached"),
    (
        FigureColumn("kind", _("Kind of group")),
        FigureColumn("known", _("known"), _("Groups that the portal knows and that are active."), is_exact=True),
        FigureColumn(
            "reached",
            pgettext_lazy("groups", "reached"),
            _("Those of them to which somebody belongs who took part within the time."),
            is_exact=True,
        ),
        FigureColumn(
            "percent",
            pgettext_lazy("groups", "reached, in percent"),
            _("How many of a hundred known groups are reached."),
            is_exact=True,
        ),
    ),
    (),
)
FRAMES = (SUMMARY, MONTHS, REGIONS, KINDS_TABLE, LANGUAGES, REGISTERED, GROUPS)
