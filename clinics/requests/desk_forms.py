"""The forms of the working group about topic requests: merge, answer, decline."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import TOOK_PLACE, ClinicState
from clinics.models import Clinic, TopicRequest
from clinics.texts.call_links import WordsOfNoClinicForm
from clinics.texts.typed_clinics import clinic_field
from letsconnect.base.fields import longest
from registrations.reference.typed_rows import row_field

_AREA = {"rows": 4, "class": "vLargeTextField"}


class MergeTopicForm(forms.Form):
    """The request that another one is merged into."""

    def __init__(self, *args: Any, source: TopicRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = TopicRequest.objects.going_on().exclude(pk=source.pk).with_names().order_by("-made_at", "-pk")
        self.fields["into"] = row_field(
            lambda: [(row.pk, f"{row} · {row.language_in_words} · #{row.pk}") for row in others], label=_("Merge into")
        )

    def target(self) -> TopicRequest:
        return TopicRequest.objects.get(pk=self.cleaned_data["into"])


class AnswerTopicForm(WordsOfNoClinicForm, forms.Form):
    """What people read as the answer, and the clinic that answers, if there is one."""

    text = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=longest(TopicRequest, "answer"),
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("Everybody who wants it gets it by email, and everybody signed in can read it on its page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = Clinic.objects.filter(state__in=(ClinicState.ANNOUNCED, *TOOK_PLACE))
        self.fields["clinic"] = clinic_field(seen.order_by("-starts_at", "pk"), label=_("Or a clinic"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("text") == "" and values.get("clinic", "") is None:  # each of them was understood
            self.add_error("text", _("Write what people read as the answer, or choose a clinic that was announced."))
        return values


class DeclineTopicForm(WordsOfNoClinicForm, forms.Form):
    """Why a request is declined; everybody who wants it reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=longest(TopicRequest, "answer"),
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("Everybody who wants it gets it by email, and everybody signed in can read it on its page."),
    )
