"""What people say of themselves to those they are matched with."""

from typing import Any

from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineField, lines_can_be_seen
from matching.domain.matches import WORDS_AT_MOST
from registrations.accounts.user_pages import username_of
from registrations.models import Member


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def as_shown(self) -> "models.QuerySet[Introduction, Any]":
        """Read the words, whether the user page is shown, and the name on the wiki."""
        rows = self.annotate(username=username_of(OuterRef("member")))
        return rows.values_list("words", "shows_user_page", "username")


class Introduction(models.Model):
    """A few words of one's own and one's user page, for those one is matched with to read before they say yes."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="+")
    words = LineField(_("in my words"), max_length=WORDS_AT_MOST, blank=True)
    shows_user_page = models.BooleanField(_("my match sees my user page"), default=False)
    changed_at = models.DateTimeField(_("changed at"))

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(condition=lines_can_be_seen("words"), name="matching_introduction_can_be_seen"),
            models.CheckConstraint(
                condition=~Q(words="") | Q(shows_user_page=True), name="matching_introduction_says_something"
            ),
        ]

    def __str__(self) -> str:
        return str(self.words)
