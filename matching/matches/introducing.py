"""Saying a few words of oneself to those one is matched with, and whether they see one's user page."""

from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from letsconnect.base import acts
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.ways_to_reach import check_no_way_to_reach
from matching.models import Introduction
from registrations.accounts.user_pages import user_page, username_of
from registrations.answers.cards_elsewhere import CardElsewhere
from registrations.locking import lock_member
from registrations.models import Member


class Introduced(NamedTuple):
    """How one is introduced: the words, and the name and address of the user page; "" for none."""

    words: str = ""
    user_page: str = ""
    user_page_link: str = ""


NOT_INTRODUCED = Introduced()


def _said(member: Member) -> tuple[str, ...]:
    shown = Introduction.objects.filter(member=member).as_shown().first()
    if shown is None:
        return ()
    words, shows_user_page, name = shown
    introduction = introduced(words, shows_user_page=shows_user_page, name=name)
    return tuple(line for line in (introduction.words, introduction.user_page) if line)


CARD = CardElsewhere(
    name="introduction",
    title=_("What my match reads of me"),
    changes=_(
        "It does not change whom we find. Your match reads it before saying yes or no, and a few words make it easier "
        "to say yes."
    ),
    page="matching:introduction-edit",
    said=_said,
    label=_("In my words"),
    before="contact",
)


class IntroductionForm(forms.Form):
    """A few words, and the tick for the user page where there is one to show."""

    words = LineFormField(
        label=_("In my words"),
        required=False,
        max_length=longest(Introduction, "words"),
        validators=[check_no_way_to_reach],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you do, and what you like to talk about. No address: it is read before either says yes."),
    )
    shows_user_page = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, introduction: Introduction | None, username: str) -> None:
        initial = {"words": introduction.words, "shows_user_page": introduction.shows_user_page} if introduction else {}
        super().__init__(data, initial=initial)
        if username:
            self.fields["shows_user_page"].label = _("My match sees my user page: %(name)s") % {"name": username}
        else:
            del self.fields["shows_user_page"]


def username(member: Member) -> str:
    """Return the member's name on the wiki; "" for who does not sign in with an account of it."""
    row = Member.objects.filter(pk=member.pk).values_list(username_of(member.pk), flat=True).first()
    return str(row or "")


def introduced(words: str, *, shows_user_page: bool, name: str | None) -> Introduced:
    """Return how somebody with this introduction, and this name on the wiki, is introduced."""
    if not shows_user_page or not name:
        return Introduced(words)
    return Introduced(words, *user_page(name))


@transaction.atomic
def introduce_oneself(*, words: str, shows_user_page: bool = False, by: Member, now: datetime) -> None:
    """Keep what ``by`` says of themselves; nothing said leaves no row."""
    member = lock_member(by)
    stored = Introduction.objects.filter(member=member).first()
    if stored is not None and (stored.words, stored.shows_user_page) == (words, shows_user_page):
        return
    if not words and not shows_user_page:
        Introduction.objects.filter(member=member).delete()
    else:
        values = {"words": words, "shows_user_page": shows_user_page, "changed_at": now}
        Introduction.objects.update_or_create(member=member, defaults=values)
    acts.record(by=by, verb="introduce_oneself", on=member, now=now)
