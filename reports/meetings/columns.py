"""The tables of the report on clinics: what each figure counts."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from clinics.domain.feedback import OPTIONS, FeedbackQuestion
from reports.domain.tables import FigureColumn, FigureTable
from reports.row_names import name_rows

SEATS, CAME_WITH_SEAT, CAME = "seats", "came-with-seat", "came"

_OF_PEOPLE = (
    FigureColumn(
        SEATS,
        pgettext_lazy("report on clinics", "signed up"),
        _("Seats at these clinics that nobody had given back when they began. Who had several is counted each time."),
    ),
    FigureColumn(
        CAME_WITH_SEAT,
        pgettext_lazy("report on clinics", "of them, came"),
        _("Seats whose owner was seen there, joined the call, or was in its list."),
    ),
    FigureColumn(
        CAME,
        pgettext_lazy("report on clinics", "came in all"),
        _(
            "People who were there, as the working group has written it down. Where it has not: those who are known, "
            "those with a part but no account, and those counted besides."
        ),
    ),
)
MONTHS = FigureTable(
    "months",
    _("By month"),
    (
        FigureColumn("month", _("Month")),
        FigureColumn(
            "held",
            pgettext_lazy("report on clinics", "took place"),
            _("Clinics, calls and connectathons that took place."),
            is_exact=True,
        ),
        FigureColumn(
            "cancelled",
            pgettext_lazy("report on clinics", "cancelled"),
            _("Those that were announced for this time, and cancelled."),
            is_exact=True,
        ),
        *_OF_PEOPLE,
    ),
    (),
    _("People are counted each time they come. How many different people came says the report on who took part."),
)
CLINICS = FigureTable(
    "clinics",
    _("Each clinic"),
    (FigureColumn("clinic", _("Clinic")), FigureColumn("starts", _("Date")), *_OF_PEOPLE),
    (),
)
CHANNELS = FigureTable(
    "channels",
    _("Languages and channels"),
    (
        FigureColumn("language", _("Language")),
        FigureColumn(
            "held",
            pgettext_lazy("report on clinics", "clinics in it"),
            _("Clinics in which this language was spoken, or into which somebody interpreted."),
            is_exact=True,
        ),
        FigureColumn(
            "listened",
            pgettext_lazy("report on clinics", "listened"),
            _("Seats whose owner chose this channel, or the language spoken where they chose none."),
        ),
    ),
    (),
)
FEEDBACK = FigureTable(
    "feedback",
    _("What people said"),
    (
        FigureColumn("answer", pgettext_lazy("report on clinics", "Question and answer")),
        FigureColumn(
            "chosen",
            pgettext_lazy("report on clinics", "people"),
            _("People who chose this answer, at clinics where at least ten people answered the question."),
        ),
        FigureColumn(
            "percent",
            pgettext_lazy("report on clinics", "in percent"),
            _("How many of a hundred people who answered the question there chose this answer."),
        ),
    ),
    (),
    _("What people say of a clinic is counted thirty days after it. Then nobody knows any more who said what."),
)
NIGHTS = FigureTable(
    "nights",
    _("Whose nights"),
    (
        FigureColumn("region", _("Region")),
        FigureColumn(
            "held",
            pgettext_lazy("report on clinics", "clinics"),
            _("Clinics that took place and were for everybody, or for this region too."),
            is_exact=True,
        ),
        FigureColumn(
            "night",
            pgettext_lazy("report on clinics", "at night"),
            _("Those that began at night there, by the clock of a large city in the region’s middle."),
            is_exact=True,
        ),
        FigureColumn(
            "percent",
            pgettext_lazy("report on clinics", "at night, in percent"),
            _("How many of a hundred of them began at night there."),
            is_exact=True,
        ),
    ),
    (),
)


def _answer(rest: str) -> str:
    question, _dot, option = rest.partition(".")
    if question not in FeedbackQuestion.values:
        return rest
    asked = FeedbackQuestion(question)
    words = {"question": asked.label, "answer": OPTIONS[asked].get(option, option)}
    return pgettext("question and answer", "%(question)s %(answer)s") % words


name_rows("answer", _answer)
