"""The word by which a person confirms that their account is to be deleted."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class DeleteForm(forms.Form):
    """A word to type, so that nobody deletes an account by accident."""

    word = forms.CharField(
        label=_("Type the word to confirm"),
        max_length=40,
        error_messages={"required": _("Please type the word. Nothing was deleted.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    @staticmethod
    def expected() -> str:
        # Translators: the word a person types to confirm that their account is to be deleted; lower case.
        return gettext("delete")

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["word"].help_text = gettext("The word is: %(word)s") % {"word": self.expected()}

    def clean_word(self) -> str:
        word = self.cleaned_data["word"].strip().strip("“”\"'«»").casefold()
        if word != self.expected().casefold():
            raise forms.ValidationError(gettext("This is not the word. Nothing was deleted."))
        return word
