"""Whom an issue is for: everybody who wants it, narrowed by what the apps above know of people.

`mailings` knows no language skill, region or clinic: each app registers what it can choose by. Narrowings are joined by
"and", the values of one by "or".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from letsconnect.base.languages import language_or_default
from mailings.domain.newsletters import VersionChosen, versions_for
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription, SubscriptionQuerySet

# (value, label) of everything that can be chosen at this moment.
Choices = Callable[[], Sequence[tuple[str, Any]]]
# The condition on subscriptions for these chosen values. Rows of other tables are asked for by `IN` or `EXISTS`: a join
# would give a reader several letters.
Condition = Callable[[Sequence[str]], Q]


@dataclass(frozen=True)
class Picker:
    """Choices of which there are too many for one page: looked for by what an editor types, in the editor's language.

    ``search`` returns what the text may mean, best first; ``named`` the labels of values that were chosen already,
    without those that are nothing any more.
    """

    search: Callable[[str], Sequence[tuple[str, Any]]]
    named: Callable[[Sequence[str]], Sequence[tuple[str, Any]]]


@dataclass(frozen=True)
class Narrowing:
    """One thing by which readers can be chosen."""

    name: str
    label: Any
    choices: Choices | Picker
    condition: Condition
    # The condition of those of whom it is not known at all; they are outside, and the page counts them.
    unknown: Q | None = None


_narrowings: dict[str, Narrowing] = {}
LANGUAGE = Coalesce("member__language", "language")


def register(narrowing: Narrowing) -> None:
    """Register a narrowing under its name; a second one with the same name is refused."""
    if _narrowings.setdefault(narrowing.name, narrowing) != narrowing:
        raise ValueError(f"the narrowing {narrowing.name!r} is registered twice")


def narrowings() -> list[Narrowing]:
    return list(_narrowings.values())


def readers(audience: Mapping[str, Sequence[str]]) -> SubscriptionQuerySet:
    """Return the subscriptions of everybody who wants the newsletter and is chosen by all of these narrowings.

    Raises LookupError for a narrowing that nobody registers any more: an issue never goes to more people than chosen.
    """
    chosen = Subscription.objects.to_write_to(BulkList.NEWSLETTER)
    for name, values in audience.items():
        if name not in _narrowings:
            raise LookupError(name)
        if values:
            chosen = chosen.filter(_narrowings[name].condition(list(values)))
    return chosen


def outside(audience: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return for each narrowing in use how many readers are outside it because nothing is known of them."""
    counts = {}
    for name, values in audience.items():
        narrowing = _narrowings.get(name)
        if values and narrowing is not None and narrowing.unknown is not None:
            others = {key: value for key, value in audience.items() if key != name}
            counts[name] = readers(others).filter(narrowing.unknown).distinct().count()
    return counts


@dataclass(frozen=True)
class LanguageCount:
    """How many readers of one language there are, and which version they get (None: no letter)."""

    language: str
    readers: int
    version: VersionChosen | None

    @property
    def name(self) -> str:
        return dict(settings.LANGUAGES)[self.language]

    @property
    def version_name(self) -> str:
        return dict(settings.LANGUAGES)[self.version.language] if self.version else ""


def count_by_language(chosen: SubscriptionQuerySet, ready: Sequence[str]) -> list[LanguageCount]:
    """Return the readers of each language, most first, with the version they would get."""
    rows = chosen.order_by().annotate(reads=LANGUAGE).values("reads").annotate(count=Count("pk", distinct=True))
    counts: dict[str, int] = {}
    for row in rows:
        language = language_or_default(row["reads"])
        counts[language] = counts.get(language, 0) + row["count"]
    versions = versions_for(list(counts), ready)
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [LanguageCount(language, count, versions.get(language)) for language, count in in_order]


register(
    Narrowing(
        "language",
        _("language"),
        choices=lambda: settings.LANGUAGES,
        condition=lambda values: Q(member=None, language__in=values) | Q(member__language__in=values),
    )
)
