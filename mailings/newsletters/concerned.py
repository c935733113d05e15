"""How many people it concerns that an issue is sent, or stopped, by language: shown before it is done."""

from django.db.models import Count

from letsconnect.base.once_more import PeopleConcerned, concerned
from mailings.domain.letters import WAITING
from mailings.domain.newsletters import VersionState
from mailings.models import Letter, Newsletter
from mailings.newsletters import audiences


def who_would_get(newsletter: Newsletter) -> PeopleConcerned:
    """Count those who get a letter if the issue is sent now; nobody, where it was narrowed by what is gone."""
    ready = newsletter.versions.filter(state=VersionState.READY).values_list("language", flat=True)
    try:
        counts = audiences.count_by_language(audiences.readers(newsletter.audience), list(ready))
    except LookupError:
        return PeopleConcerned()
    get = [(line.version.language, line.readers, line.version.is_fallback) for line in counts if line.version]
    return concerned(get, without=sum(line.readers for line in counts if line.version is None))


def who_still_waits(newsletter: Newsletter) -> PeopleConcerned:
    """Count those whose letter has not left: if the issue is stopped now, they never get it."""
    waiting = Letter.objects.of_issue(newsletter).filter(state__in=WAITING).order_by()
    return concerned(waiting.values_list("language", Count("pk"), "is_fallback"))
