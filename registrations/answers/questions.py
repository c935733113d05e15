"""The questions of the registration form, one row each. Form, read-back, changes, snapshots, export, desk and "my data"
read them here; who may see an answer is declared in columns.toml.

A new question is a column (models, migration, columns.toml), a fact (domain/facts.py) and a row here.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.choices import EMPTY, LongSelect
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.ways_to_reach import check_no_way_to_reach
from letsconnect.base.zone_names import place_in_words
from registrations.answers import kinds
from registrations.answers.kinds import Words
from registrations.answers.question_rows import Fact, Question, TickField
from registrations.answers.row_fields import hour_field, skill_field
from registrations.answers.rows_in_words import BETWEEN, CONSENTS, LANGUAGES, OFFERS, WINDOWS, WISHES
from registrations.domain.agreements import NEWSLETTER, ConsentDocument
from registrations.domain.registrations import (
    MOST_PLACES,
    AgeRange,
    BabelLevel,
    ContactWay,
    Gender,
    OfferLevel,
    Region,
    RegionWish,
    Topic,
    WishPriority,
)
from registrations.models import Registration, SensitiveAnswer, Wish
from registrations.reference.typed_fields import language_field

_NO_ANSWER = ("", _("no answer"))


def _people_field(label: Any) -> forms.IntegerField:
    sentence = _("Please write a number from 0 to 20.")  # of `MOST_PLACES`
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_PLACES,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )


def _group(facts: Any, words: Words) -> list[Any]:
    return [words.named("group", facts.group_id)] if facts.group_id else [facts.group_other]


def _hours(facts: Any, words: Words) -> list[Any]:
    return [
        _("Hours of %(zone)s") % {"zone": place_in_words(facts.zone)} if facts.zone else "",
        *WINDOWS.lines(facts.windows, words),
    ]


def _contact(registration: Any, _words: Words) -> str:
    return f"{ContactWay(registration.contact_way).label} {registration.contact_text}".strip()


_COUNTRY = Fact("country", _("country or territory"), kinds.COUNTRY)
TOPICS: Question = Question(
    (
        Fact(
            "topics",
            _("topics of work"),
            kinds.choices_of(Topic),
            forms.MultipleChoiceField(
                label=_("What I work on"),
                required=False,
                choices=Topic.choices,
                help_text=_("Up to two, your own words included."),
                widget=forms.CheckboxSelectMultiple,
            ),
        ),
        Fact(
            "topic_other",
            _("another topic, in their words"),
            kinds.TEXT,
            LineFormField(
                label=_("Something else, in my words"), required=False, max_length=longest(Registration, "topic_other")
            ),
        ),
    ),
    cells=((_("topics of work"), lambda registration, words: BETWEEN.join(TOPICS.lines(registration, words))),),
    desk=("shown_topics",),
)

CONSENT_TICKS = {
    "agrees_to_conduct": TickField(
        ConsentDocument.CODE_OF_CONDUCT,
        forms.BooleanField(
            label=_("I will follow the Universal Code of Conduct."),
            error_messages={
                "required": _("Please tick this box. Everybody who takes part follows the code of conduct.")
            },
        ),
    ),
    "agrees_to_privacy": TickField(
        ConsentDocument.PRIVACY_NOTICE,
        forms.BooleanField(
            label=_("I have read the privacy notice and agree to it."),
            error_messages={"required": _("Please tick this box. Without it we may not keep what you wrote here.")},
        ),
    ),
    "wants_newsletter": TickField(
        NEWSLETTER,
        forms.BooleanField(label=_("Send me the monthly newsletter."), required=False),
    ),
}

NEWSLETTER_TICK = "wants_newsletter"

# In the order of the export and the desk; which step asks which, says `forms/steps.py`.
QUESTIONS = (
    Question(
        (
            Fact(
                "name",
                _("name to show"),
                kinds.TEXT,
                LineFormField(
                    label=_("Name to show"),
                    max_length=longest(Registration, "name"),
                    validators=[check_no_way_to_reach],
                    help_text=_("What your match and the working group call you. A pseudonym is fine."),
                    widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
                ),
            ),
        ),
        cells=(
            (
                pgettext_lazy("of a person", "name"),
                lambda registration, _words: registration.shown_name or str(registration),
            ),
        ),
        desk=("shown_name",),
    ),
    Question(
        (_COUNTRY, Fact("region", _("region"), kinds.choice_of(Region))),
        label=_("Country and region"),
        cells=(
            (_("country code"), lambda registration, _words: registration.country),
            (_COUNTRY.label, _COUNTRY.cell),
            (_("region"), lambda registration, _words: registration.region),
        ),
        desk=("shown_country", "region"),
    ),
    Question(
        (
            Fact("group_id", _("group"), kinds.key_of("group")),
            Fact("group_other", _("another group, in their words"), kinds.TEXT),
        ),
        label=_("My group"),
        read_back=_group,
        cells=(
            (
                _("group"),
                lambda registration, _words: (
                    registration.group.name if registration.group else registration.group_other
                ),
            ),
        ),
    ),
    Question((Fact("role_id", _("main role"), kinds.key_of("role")),), label=_("Main role")),
    TOPICS,
    Question(
        (LANGUAGES,),
        label=_("Languages I speak"),
        cells=((_("spoken languages"), LANGUAGES.cell),),
        row_fields={
            "code": language_field(
                label=_("Language"),
                attrs={"data-likely": "add_language"},
                error_messages={"required": _("Please choose the language this level is about.")},
            ),
            "level": forms.TypedChoiceField(
                label=_("My level"),
                coerce=int,
                empty_value=None,
                choices=[EMPTY, *(choice for choice in BabelLevel.choices if choice[0] > BabelLevel.NONE)],
                error_messages={"required": _("Please say how well you speak it.")},
            ),
            "is_preferred": forms.BooleanField(label=_("I prefer it for one-to-one meetings"), required=False),
        },
    ),
    Question(
        (OFFERS,),
        label=_("What I can share"),
        cells=((_("shares"), OFFERS.cell),),
        row_fields={
            "skill": skill_field(),
            "level": forms.TypedChoiceField(
                label=_("How well I know it"), coerce=int, choices=OfferLevel.choices, initial=OfferLevel.PRACTICE
            ),
            "would_host": forms.BooleanField(
                label=_("I would also share it in a learning clinic"),
                required=False,
                help_text=_(
                    "The working group of every region then sees your name, group and languages, and may ask you "
                    "through the portal."
                ),
            ),
        },
    ),
    Question(
        (WISHES,),
        label=_("What I want to learn"),
        cells=((_("wants to learn"), WISHES.cell),),
        row_fields={
            "skill": skill_field(),
            "priority": forms.TypedChoiceField(
                label=_("How soon"), coerce=int, choices=WishPriority.choices, initial=WishPriority.SOON
            ),
            "why": LineFormField(
                label=_("Why I want to learn it"),
                required=False,
                max_length=longest(Wish, "why"),
                validators=[check_no_way_to_reach],
                help_text=_("The person you are matched with reads this."),
            ),
        },
    ),
    Question(
        (Fact("zone", _("time zone"), kinds.ZONE), WINDOWS),
        label=_("When I am usually free"),
        read_back=_hours,
        cells=((_("free hours"), WINDOWS.cell), (_("time zone"), lambda registration, _words: registration.zone)),
        desk=("shown_zone", "free_hours"),
        row_fields={
            "day": forms.ChoiceField(
                label=_("Day"), widget=LongSelect, error_messages={"required": _("Please choose the day.")}
            ),
            # Translators: the hour at which a free time of the week begins
            "start": hour_field(pgettext_lazy("hour", "From"), missing=_("Please say from when.")),
            # Translators: the hour at which a free time of the week ends
            "end": hour_field(pgettext_lazy("hour", "Until"), missing=_("Please say until when.")),
        },
    ),
    Question(
        (
            Fact(
                "can_help",
                _("people they can help at once"),
                kinds.PEOPLE,
                _people_field(_("How many people I can help at once")),
            ),
        ),
    ),
    Question(
        (
            Fact(
                "can_learn_from",
                _("people they want to learn from at once"),
                kinds.PEOPLE,
                _people_field(_("How many people I want to learn from at once")),
            ),
        ),
    ),
    Question(
        (
            Fact(
                "is_findable",
                _("others may find them and ask for them"),
                kinds.YES_NO,
                forms.BooleanField(
                    label=_("Let others find me and ask for me"),
                    required=False,
                    help_text=_(
                        "People with an approved registration then see the name you show, your region and group, and "
                        "what you share. They also see your languages and roughly when you are free, but never how to "
                        "reach you. When somebody asks for you, it is a wish for the next round of matches. You need "
                        "not answer anything."
                    ),
                ),
            ),
        ),
        label=_("Others may find me and ask for me"),
    ),
    Question(
        (
            Fact(
                "away_until",
                _("away until"),
                kinds.DAY,
                forms.DateField(
                    label=_("I am away until"),
                    required=False,
                    widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
                    help_text=_("Leave it empty if you are here. Until that day you are not matched."),
                    error_messages={"invalid": _("This is not a day of the calendar. Write it as 2026-12-31.")},
                ),
            ),
        ),
    ),
    Question(
        (
            Fact(
                "region_wish",
                _("where their match is from"),
                kinds.choice_of(RegionWish),
                forms.ChoiceField(
                    label=_("Where my match is from"), choices=RegionWish.choices, widget=forms.RadioSelect
                ),
            ),
        ),
        cells=(),
    ),
    Question(
        (
            Fact(
                "contact_way",
                _("how a match may reach them"),
                kinds.choice_of(ContactWay),
                forms.ChoiceField(
                    label=_("How a match may reach me"),
                    choices=ContactWay.choices,
                    widget=forms.RadioSelect,
                    help_text=_("Shown to your match only after both of you have accepted."),
                ),
            ),
            Fact(
                "contact_text",
                _("talk page or other way"),
                kinds.TEXT,
                LineFormField(
                    label=_("Talk page or other way"),
                    required=False,
                    max_length=longest(Registration, "contact_text"),
                    help_text=_("For example User talk:Amina, or the name you use in a chat."),
                ),
            ),
        ),
        cells=((_("how a match may reach them"), _contact),),
        desk=("contact",),
        for_coordinators=True,
    ),
    Question(
        (CONSENTS,),
        label=_("What I agree to"),
        cells=(),
        desk=("consent_lines",),
        ticks=CONSENT_TICKS,
    ),
)

# Kept apart from the registration: no desk, no export, no changes.
VOLUNTARY = (
    Question(
        (
            Fact(
                "gender",
                _("Gender"),
                kinds.choice_of(Gender),
                forms.ChoiceField(
                    label=_("Gender"), required=False, choices=[_NO_ANSWER, *Gender.choices], widget=forms.RadioSelect
                ),
            ),
            Fact(
                "gender_words",
                _("In my words"),
                kinds.TEXT,
                LineFormField(
                    label=_("Not listed: in my words"), required=False, max_length=longest(SensitiveAnswer, "words")
                ),
            ),
        ),
    ),
    Question(
        (
            Fact(
                "age",
                _("Age"),
                kinds.choice_of(AgeRange),
                forms.ChoiceField(label=_("Age"), required=False, choices=[_NO_ANSWER, *AgeRange.choices]),
            ),
        ),
    ),
)

COLUMNS = {fact.name: fact for question in QUESTIONS for fact in question.columns}
FOR_COORDINATORS = frozenset(name for question in QUESTIONS if question.for_coordinators for name in question.names)


_BY_NAME = {question.name: question for question in (*QUESTIONS, *VOLUNTARY)}


def questions_of(*names: str) -> tuple[Question, ...]:
    """Return the questions of these names, in the order in which they are asked."""
    return tuple(_BY_NAME[name] for name in names)


def row_fields_of(rows: str) -> dict[str, forms.Field]:
    """Return the fields of one row of this fact ("offers"), in the order in which a stored row has its values."""
    return next(dict(question.row_fields) for question in QUESTIONS if question.row_fields and rows in question.names)
