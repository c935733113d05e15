"""The few fields of the pages about one's own participation and data."""

from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UntilForm(forms.Form):
    """The first day on which the person takes part again; the domain decides whether that day is allowed."""

    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("On this day you take part again."),
    )

    def until_date(self) -> date:
        return self.cleaned_data["until"]


class WithdrawForm(forms.Form):
    """Whether clinic places, which need no registration, are given back too."""

    leaves_clinics = forms.BooleanField(label=_("Give back my places at clinics, too"), required=False)


class DeleteForm(forms.Form):
    """A word to type, so that nobody deletes an account by accident."""

    word = forms.CharField(
        label=_("Type the word to confirm"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    @staticmethod
    def expected() -> str:
        # Translators: the word a person types to confirm that their account is to be deleted; lower case.
        return gettext("delete")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].help_text = gettext("The word is: %(word)s") % {"word": self.expected()}

    def clean_word(self) -> str:
        word = self.cleaned_data["word"].strip().strip("“”\"'«»").casefold()
        if word != self.expected().casefold():
            raise forms.ValidationError(gettext("This is not the word. Nothing was deleted."))
        return word
