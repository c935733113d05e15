"""What rounds know of the skills that people wish and share, for those who plan clinics."""

from collections.abc import Iterable, Mapping

from django.db.models import Count, Exists, F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from matching.domain.matches import RoundState
from matching.models import Match, Round, RoundParticipant
from registrations import needs
from registrations.models import Offer, RegistrationQuerySet, heir_at


class NeedsOfRounds:
    """The provider that `registrations.needs` asks."""

    def waiting(self, people: RegistrationQuerySet) -> Iterable[needs.LearnersWaiting]:
        """Count, for each skill and region, learners and the published rounds in which nobody was asked for them.

        A round counts until a learner is connected. In contrast to the order in which learners are served (`waited`),
        nobody counts as having waited longer because somebody let them down.
        """
        mine = Match.objects.filter(learner=OuterRef("registration"))
        asked = mine.filter(round=OuterRef("round"), asked_at__isnull=False)
        connected_since = mine.filter(connected_at__gte=OuterRef("round__published_at"))
        rows = RoundParticipant.objects.filter(
            ~Exists(asked), ~Exists(connected_since), is_learner=True, round__state=RoundState.PUBLISHED
        )
        wished = rows.filter(registration__in=people.order_by().values("pk"), registration__wishes__isnull=False)
        counted = (
            wished.order_by()
            .values(skill=heir_at("registration__wishes__skill"), of_region=F("registration__region"))
            .annotate(people=Count("registration", distinct=True), rounds=Count("pk"))
        )
        return [needs.LearnersWaiting(*row) for row in counted.values_list("skill", "of_region", "people", "rounds")]

    def free_places(self, people: RegistrationQuerySet) -> Mapping[int, int]:
        """Add up the places of those who share each skill; a place counts for every skill its sharer shares."""
        sharing = Match.objects.live().filter(sharer=OuterRef("registration")).order_by().values("sharer")
        taken = Coalesce(Subquery(sharing.annotate(count=Count("pk")).values("count")), 0)
        offers = Offer.objects.filter(registration__in=people.order_by().values("pk")).order_by()
        rows = offers.values(heir=heir_at("skill")).annotate(
            places=Sum(Greatest(F("registration__can_help") - taken, Value(0)))
        )
        return dict(rows.values_list("heir", "places"))

    def short(self) -> Mapping[int, int]:
        """Return the shortages of the last published round, by skill."""
        last = Round.objects.filter(state=RoundState.PUBLISHED).order_by("-published_at", "-pk").first()
        rows = last.statistics.get("shortages", []) if last is not None else []
        return {row["skill"]: row["short"] for row in rows if row["short"] > 0}


def register() -> None:
    """Tell `registrations` what rounds know."""
    needs.register_rounds(NeedsOfRounds())
