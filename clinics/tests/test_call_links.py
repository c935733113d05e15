"""Where the call is stands in no text that others read, however and wherever planners type it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import time_machine
from django import forms
from django.contrib import admin
from django.db.models import TextField
from django.test import Client
from django.urls import get_resolver, reverse

from clinics.admin.languages import ChannelForm, InterpreterForm
from clinics.admin.people import AskPersonForm
from clinics.admin.series import SeriesForm
from clinics.admin.who_comes import TakeOutForm
from clinics.agendas.forms import AgendaItemForm, AgendaRows, QuestionForm, TemplateItemForm
from clinics.certificates.revoking import revoke_certificate
from clinics.checklists.forms import NewItemForm, UsualItemForm
from clinics.checklists.items import fill_checklist
from clinics.domain.clinics import ClinicState
from clinics.domain.people import ChannelRefused
from clinics.domain.resources import Licence
from clinics.domain.texts import CallLinkInText
from clinics.forms import CancelForm, ClinicForm
from clinics.models import (
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    ChecklistTemplateItem,
    Clinic,
    ClinicPerson,
    ClinicSeries,
    ClinicText,
)
from clinics.needs.forms import RaisedNeedForm
from clinics.outcomes.forms import OutcomeForm
from clinics.people.asking import name_person
from clinics.people.channels import add_channel, change_channel
from clinics.people.forms import AnswerForm
from clinics.requests.desk_forms import AnswerTopicForm, DeclineTopicForm
from clinics.resources.forms import ResourceForm, resource_rows
from clinics.tests.after_factories import make_certificate, make_clinic_that_was, make_somebody_who_came
from clinics.tests.factories import LINK, make_channel, make_clinic, make_person, sign_up
from clinics.texts.call_links import holds_the_link
from clinics.texts.forms import FirstTextForm, FirstTextRows, OneLanguageForm
from clinics.writing.forms import WriteForm
from letsconnect.base.fields import LineField
from letsconnect.tests.opened import hidden_in
from registrations.models import Member
from registrations.reference.typed_fields import TypedChoiceField
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
OWN = "https://call.example.org/arabic"
REFUSED = "This is the link of the call"


@pytest.fixture
def desk(coordinator):
    client = Client()
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


def test_the_link_of_the_call_is_found_however_it_is_written():
    with_port = "https://meet.example.org:443/secret-room"
    for text in (
        LINK,
        LINK.upper(),
        "Come to meet.example.org/secret-room at once",
        "meet.example.org/%73ecret%2Droom",
        with_port,
        "meet.example.org./secret-room",
        "meet.example.org//secret-room, meet.example.org / other",
        "meet.example.org / secret-room",
        "meet.example.org/se\u200dcret-room",
        "ｍｅｅｔ.example.org/secret-room",
    ):
        for link in (LINK, f"{LINK}?pwd=1", f"{LINK}/#room", "HTTPS://Meet.Example.org/secret%2droom", with_port):
            assert holds_the_link(text, [link, ""]), (text, link)
    for text in ("https://meet.example.org/other", "", "meet.example.org", "100 % of us, 50%/50%", "xn--"):
        assert not holds_the_link(text, [LINK, ""]) and not holds_the_link(text, ["", ""])
    spelled = ("https://xn--bcher-kva.example/%C3%89t%C3%A9", "https://bücher.example/Été")
    assert all(holds_the_link(text, [link]) for text in spelled for link in spelled)


def tab(clinic, name):
    return reverse(f"admin:clinics_clinic_{name}", args=[clinic.pk])


def refused(desk, address, typed, field):
    """Post it, and tell whether it is refused at its field, with all that was typed."""
    opened = hidden_in(desk.get(address).content.decode())
    page = desk.post(address, {**opened, **typed}).content.decode()
    return REFUSED in page and typed[field] in page


@pytest.mark.parametrize("link", [LINK, OWN])
@pytest.mark.parametrize("part", ["title", "audience", "summary", "preparation", "outcomes"])
def test_no_text_of_a_clinic_holds_it(desk, part, link):
    clinic = make_clinic()
    make_channel(clinic, "ar", meeting_link=OWN)
    typed = {"title": "Budgets", "summary": "How to write one.", part: f"Come to {link.removeprefix('https://')} then"}

    assert refused(desk, tab(clinic, "texts") + "?language=en", typed, part)
    assert link.removeprefix("https://") not in str(clinic.texts.values())


def test_neither_the_agenda_nor_the_materials_hold_it(desk):
    clinic, held = make_clinic(), make_clinic(state=ClinicState.HELD)
    row = {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-part": "other", "items-0-minutes": "20"}
    for field in ("call-icebreaker", "call-quiz_link", "items-0-title", "items-0-speaker"):
        typed = {**row, "items-0-title": "Game", field: LINK}
        assert refused(desk, tab(clinic, "agenda"), typed, field)
    link = {"links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-0-kind": "other", "links-0-title": "Ours"}
    for field in ("links-0-title", "links-0-url"):
        typed = {**link, "links-0-url": "https://x.example.org", field: LINK}
        assert refused(desk, tab(held, "resources"), typed, field)


def test_neither_outcome_nor_reasons_nor_what_a_channel_is_called_hold_it(desk, coordinator):
    clinic, held = make_clinic(), make_clinic_that_was()
    for form in (
        OutcomeForm({"outcome": LINK, "outcome_language": "en"}, instance=held),
        CancelForm({"reason": f"See {LINK}"}, clinic=clinic),
    ):
        assert REFUSED in str(form.errors)
    seat = sign_up(clinic, 1)[0]
    page = desk.post(tab(clinic, "who_comes"), {"do": "take_out", "rsvp": seat.pk, "reason": LINK, "post": "yes"})
    assert REFUSED in page.content.decode()
    certificate = make_certificate(held, make_somebody_who_came(held))
    with pytest.raises(CallLinkInText):
        revoke_certificate(certificate=certificate, reason=LINK, by=coordinator, now=NOW)
    act = {"by": coordinator, "now": NOW}
    with pytest.raises(CallLinkInText):
        add_channel(clinic=clinic, language="fr", name=LINK, **act)
    french = make_channel(clinic, "fr")
    with pytest.raises(CallLinkInText):
        change_channel(channel=french, name=OWN, material_days_before=3, meeting_link=OWN, **act)


class _Texts(NamedTuple):
    """Of one form: how it is made of what was typed about a clinic, and what it then says of a field."""

    make: Callable[[dict[str, str], Clinic, Member], Any]
    errors: Callable[[Any, str], Any] = lambda form, name: form.errors.get(name, "")


def _rows(formset, prefix):
    """A form that is a row of a table of forms, which refuses the link."""
    counts = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}

    def make(typed, clinic, _planner):
        row = {f"{prefix}-0-{name}": text for name, text in typed.items()}
        owner = clinic if formset.fk.related_model is Clinic else formset.fk.related_model()
        return formset({**counts, **row}, instance=owner, prefix=prefix)

    return _Texts(make, lambda rows, name: rows.is_valid() or rows.forms[0].errors.get(name, ""))


def _table(model, of=Clinic, **how):
    return _rows(forms.inlineformset_factory(of, model, extra=1, **how), "rows")


def _of_desk(form, model):
    return _Texts(lambda typed, _clinic, _planner: forms.modelform_factory(model, form, fields="__all__")(typed))


def _of_clinic(form, **how):
    return _Texts(lambda typed, clinic, _planner: form(typed, clinic=clinic, **how))


def _of_person(form, **how):
    return _Texts(lambda typed, clinic, planner: form(typed, clinic=clinic, planner=planner, **how))


def _of_columns(form):
    return _Texts(lambda typed, clinic, _planner: form(typed, instance=Clinic.objects.get(pk=clinic.pk)))


def _of_none(form):
    return _Texts(lambda typed, _clinic, _planner: form(typed))


# Every form of clinics in which planners, and those whom they ask, type what others read.
_GUARDED = {
    CancelForm: _of_clinic(CancelForm),
    TakeOutForm: _of_clinic(TakeOutForm),
    ChannelForm: _of_clinic(ChannelForm),
    WriteForm: _of_clinic(WriteForm),
    AskPersonForm: _of_person(AskPersonForm),
    InterpreterForm: _of_person(InterpreterForm, channels=[]),
    AnswerForm: _Texts(
        lambda typed, clinic, _planner: AnswerForm(typed, person=ClinicPerson(clinic=clinic, address="sol@example.org"))
    ),
    NewItemForm: _Texts(
        lambda typed, clinic, _planner: NewItemForm([], {f"new-{name}": typed[name] for name in typed}, clinic=clinic)
    ),
    UsualItemForm: _of_desk(UsualItemForm, ChecklistTemplateItem),
    SeriesForm: _of_desk(SeriesForm, ClinicSeries),
    AnswerTopicForm: _of_none(AnswerTopicForm),
    DeclineTopicForm: _of_none(DeclineTopicForm),
    RaisedNeedForm: _of_none(RaisedNeedForm),
    OneLanguageForm: _Texts(
        lambda typed, clinic, _planner: OneLanguageForm(typed, instance=ClinicText(clinic=clinic, language="fr"))
    ),
    FirstTextForm: _table(ClinicText, form=FirstTextForm, formset=FirstTextRows),
    AgendaItemForm: _table(AgendaItem, form=AgendaItemForm, formset=AgendaRows),
    TemplateItemForm: _table(AgendaTemplateItem, AgendaTemplate, form=TemplateItemForm, formset=AgendaRows),
    ResourceForm: _Texts(
        lambda typed, clinic, _planner: resource_rows(
            clinic,
            {
                "links-TOTAL_FORMS": "1",
                "links-INITIAL_FORMS": "0",
                "links-0-licence": Licence.OWN_WORDS,  # else our own words of a licence are passed over
                **{f"links-0-{name}": typed[name] for name in typed},
            },
        ),
        lambda rows, name: rows.is_valid() or rows.forms[0].errors.get(name, ""),
    ),
    OutcomeForm: _of_columns(OutcomeForm),
    QuestionForm: _of_columns(QuestionForm),
    ClinicForm: _of_columns(ClinicForm),
}
_NOT_GUARDED = {
    "WishesForm": "what people say with their own seat",
    "SignUpForm": "what people say with their own seat",
    "SomebodyForm": "the forms made of it are",
    "TextForm": "the forms made of it are",
    "PersonOfMineForm": "a name to look for",
    "WalkInForm": "an address to look for",
    "FilterForm": "words to look for",
    "CertificateForm": "how somebody is named on their own certificate",
    "CertificateCodeForm": "a code to check",
    "ClinicFeedbackForm": "what people say after a clinic",
    "QuoteForm": "what people say after a clinic",
    "AskTopicForm": "what members ask for",
}
_NO_TEXT = {
    "person",
    "address",
    "meeting_link",
    "zone",
    "language",
}  # whom to ask, the link itself, and what is looked up


def _texts_of(form):
    fields = getattr(form, "base_fields", {}).items()
    typed = {name: field for name, field in fields if isinstance(field, forms.CharField) and not field.widget.is_hidden}
    texts = {name for name, field in typed.items() if not isinstance(field, TypedChoiceField)}  # it holds a code
    return texts | ({"subject_en", "text_ar"} if form is WriteForm else set())


def _forms_of_clinics(of=forms.BaseForm):
    for form in of.__subclasses__():
        if form.__module__.startswith("clinics."):
            yield form
        yield from _forms_of_clinics(form)


def _types_text(page):
    """Whether a page of the desk has a text to type, in a form that nobody wrote."""
    typed = [field for field in page.opts.fields if isinstance(field, (LineField, TextField)) and field.editable]
    return bool(typed) and page.form is forms.ModelForm and bool({"add", "change"} & page.coordinators_may)


def test_every_form_in_which_planners_type_what_others_read_refuses_it(coordinator):
    clinic = make_clinic()
    assert get_resolver().url_patterns  # so that each form is there
    with_texts = {form for form in _forms_of_clinics() if _texts_of(form)}
    assert {form.__name__ for form in with_texts - set(_GUARDED)} == set(_NOT_GUARDED)
    desks = [page for page in admin.site._registry.values() if page.opts.app_label == "clinics"]
    assert desks and not [page for page in desks if _types_text(page)]

    for form, texts in _GUARDED.items():
        for name in _texts_of(form) - _NO_TEXT:
            said = texts.errors(texts.make({name: LINK}, clinic, coordinator), name)
            assert REFUSED in str(said), (form, name)


def test_what_is_typed_in_no_form_is_refused_too(coordinator):
    clinic, act = make_clinic(), {"by": coordinator, "now": NOW}
    person = make_person(clinic)
    with pytest.raises(CallLinkInText):
        name_person(person=person, words={"role_line": f"Come to {LINK}"}, **act)
    usual = ChecklistTemplateItem.objects.create(title=LINK, days=-3)
    with pytest.raises(CallLinkInText):
        fill_checklist(clinic=clinic, **act)
    assert not clinic.checklist.exists() and usual.is_used


@pytest.mark.parametrize("where", ["a role line", "a series", "the checklist"])
def test_nor_does_one_that_stands_beside_the_texts(coordinator, where):
    clinic = make_clinic(
        meeting_link="", series=ClinicSeries.objects.create(name=LINK if where == "a series" else "Ours")
    )
    make_person(clinic, role_line=LINK if where == "a role line" else "")
    clinic.checklist.create(title=LINK if where == "the checklist" else "Ours", days=1)

    form = ClinicForm({"meeting_link": LINK}, instance=Clinic.objects.get(pk=clinic.pk))

    assert "stands already in what others read" in str(form.errors["meeting_link"])


def test_a_link_that_others_read_already_does_not_become_that_of_the_call(coordinator):
    clinic = make_clinic(meeting_link="", icebreaker=f"Try {LINK} now")
    french, act = make_channel(clinic, "fr"), {"by": coordinator, "now": NOW}

    with pytest.raises(CallLinkInText):
        change_channel(channel=french, name="2", material_days_before=3, meeting_link=LINK, **act)
    form = ClinicForm({"meeting_link": LINK, "place": OWN}, instance=Clinic.objects.get(pk=clinic.pk))
    assert "stands already in what others read" in str(form.errors["meeting_link"])
    french = change_channel(channel=french, name="2", material_days_before=3, meeting_link=OWN, **act)
    form = ClinicForm({"meeting_link": "", "place": OWN}, instance=Clinic.objects.get(pk=clinic.pk))
    assert REFUSED in str(form.errors["place"])
    with pytest.raises(ChannelRefused):
        change_channel(channel=french, name="2", material_days_before=3, meeting_link="no link", **act)
