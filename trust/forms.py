"""Forms for writing to the trust team, and for the team's decisions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import offer
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.languages import listed
from registrations.models import Member
from trust.domain import ReportOutcome, ReportState
from trust.models import Note, Report


class ReportForm(forms.Form):
    """A report: about whom, what happened, may we write to you, and who of the team should not read it."""

    who = LineFormField(
        label=_("Who is it about?"),
        required=False,
        max_length=longest(Report, "who"),
        help_text=_("A name, a user name, or where you met. Leave it empty if you cannot say."),
    )
    description = forms.CharField(
        label=_("What happened?"),
        max_length=longest(Report, "description"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("In any language, as much or as little as you like. You need no proof."),
    )
    may_contact = forms.BooleanField(label=_("You may write to me about this"), required=False)
    block = forms.BooleanField(
        label=_("Never match the two of us again"),
        required=False,
        help_text=_("What runs between you ends as any match may, and they are not told why."),
    )
    clinic_people_may_read = forms.BooleanField(label="", required=False)
    keep_from = forms.MultipleChoiceField(
        label=_("Is one of those who read this too close to it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whom you tick will not see it, nor that it exists."),
    )

    def __init__(
        self,
        *args: Any,
        team: Iterable[Member],
        is_named: bool,
        can_block: bool,
        of_clinic: Iterable[Member] = (),
        **kwargs: Any,
    ) -> None:
        """``is_named`` drops the question about whom it is: it is the other person of a match.

        ``of_clinic`` are those on the team who have a part in the clinic it is about: they do not read it, unless its
        writer says so.
        """
        super().__init__(*args, **kwargs)
        self.team = {member.public_id: member for member in team}
        offer(self, "keep_from", [(key, str(member)) for key, member in self.team.items()])
        names = listed(map(str, of_clinic))
        self.fields["clinic_people_may_read"].label = _(
            "Let those of the team read it too who have a part in this clinic: %(names)s"
        ) % {"names": names}
        asked = (
            ("who", not is_named),
            ("block", can_block),
            ("keep_from", bool(self.team)),
            ("clinic_people_may_read", bool(names)),
        )
        for name, is_asked in asked:
            if not is_asked:
                del self.fields[name]

    def clean_keep_from(self) -> list[Member]:
        return [self.team[key] for key in self.cleaned_data["keep_from"]]


class DecideForm(forms.Form):
    """A note, and a new state if there is one."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("as before")), *ReportState.choices], required=False)
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[("", _("nothing yet")), *ReportOutcome.choices],
        required=False,
        help_text=_(
            "Only when you close it. It stays counted when all words are gone. Leaving somebody out closes their "
            "account: they are signed out, and what runs for them ends."
        ),
    )
    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=longest(Note, "text"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only the trust team reads it."),
    )


class NameForm(forms.Form):
    """The account a report is about, by email address or by the number of the account."""

    account = forms.CharField(label=_("Email address or number of the account"), max_length=254)

    def clean_account(self) -> Member:
        account = self.cleaned_data["account"].strip()
        member = Member.objects.with_address(account).first() or Member.objects.filter(public_id=account).first()
        if member is None:
            raise forms.ValidationError(_("There is no such account."))
        return member
