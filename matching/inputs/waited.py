"""Work out how many rounds each learner has waited, from what became of them in the rounds before."""

from datetime import UTC, datetime

from django.db.models import Exists, Max, OuterRef

from matching.domain.matches import MatchState, RoundState
from matching.models import Match, RoundParticipant

LONG_AGO = datetime.min.replace(tzinfo=UTC)
# They said yes, and the match came to nothing through the other side.
_LET_DOWN = (MatchState.EXPIRED, MatchState.DECLINED)


def last_connected() -> dict[int, datetime]:
    """When each learner was last connected with a sharer, by registration."""
    rows = Match.objects.filter(connected_at__isnull=False).order_by().values_list("learner_id")
    return dict(rows.annotate(Max("connected_at")))


def rounds_waited(connected: dict[int, datetime]) -> dict[int, int]:
    """How many published rounds each learner took part in, with room, and was not asked about anybody, since they
    were last connected. Who answered and was let down comes first in line: they count as one round more than anybody.
    """
    asked = Match.objects.filter(round=OuterRef("round"), learner=OuterRef("registration"), asked_at__isnull=False)
    rows = RoundParticipant.objects.filter(
        ~Exists(asked), is_learner=True, round__state=RoundState.PUBLISHED
    ).values_list("registration_id", "round__published_at")
    waited: dict[int, int] = {}
    for learner, published_at in rows.iterator(chunk_size=20_000):
        if published_at is not None and published_at > connected.get(learner, LONG_AGO):
            waited[learner] = waited.get(learner, 0) + 1
    longest = max(waited.values(), default=0)
    return waited | dict.fromkeys(_let_down(connected), longest + 1)


def _let_down(connected: dict[int, datetime]) -> list[int]:
    """Learners whose latest question they answered with yes, and which came to nothing through the other side."""
    latest = (
        Match.objects.filter(asked_at__isnull=False)
        .order_by("learner_id", "-asked_at", "-pk")
        .distinct("learner_id")
        .values_list("learner_id", "state", "learner_accepted_at", "asked_at", named=True)
    )
    return [
        question.learner_id
        for question in latest
        if question.state in _LET_DOWN
        and question.learner_accepted_at is not None
        and question.asked_at is not None
        and question.asked_at > connected.get(question.learner_id, LONG_AGO)
    ]
