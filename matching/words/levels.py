"""Say in words in which order a round counts its levels, what another pair would cost, and what a place would add."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

LEVELS: Mapping[str, Promise] = {
    "fixed": _("What you approved or made by hand stays"),
    "served": _("As many learners as possible get a proposal"),
    "waiting": _("Whoever has waited for more rounds goes first"),
    "equity": _("No region is left out more than others"),
    "score": _("The pairs fit as well as possible"),
    "spread": _("The work is spread over the sharers"),
    "keep": _("What was proposed in the run before stays where it can"),
}
PRESETS: Mapping[str, Promise] = {
    "most_people": _("Most people"),
    "best_fit": _("Best fit"),
    "longest_waiting": _("Longest waiting"),
}
CONSEQUENCES: Mapping[str, Promise] = {
    "most_people": _(
        "As many learners as possible get somebody. Whoever waited longest goes first, then the regions "
        "are kept even. Only then does it count how well people fit. Some pairs will be only just good "
        "enough."
    ),
    "best_fit": _(
        "The points of all pairs together are as high as possible, before anything else. Every pair adds "
        "points, so this serves many too. But some learners may get nobody, so that others get somebody "
        "who fits them better."
    ),
    "longest_waiting": _(
        "Whoever has waited for more rounds goes before everybody else. Then as many learners as "
        "possible get somebody: as many as with “Most people”. Then it counts how well the pairs fit. "
        "Last the regions are kept even, where that costs no point."
    ),
}


def order_in_words(levels: Sequence[str]) -> list[str]:
    """Say what counts first, second, and so on."""
    return [str(LEVELS.get(level, level)) for level in levels]


def loss(amounts: Mapping[str, int]) -> str:
    """Say what making another pair would cost the whole round. ``amounts`` are in the order in which levels count, and
    the first that is not 0 decides."""
    for level, amount in amounts.items():
        if amount:
            return _LOSSES[level](amount)
    return gettext("It would cost nothing: the two sets are equally good, and a lot was drawn between them.")


def _fixed(amount: int) -> str:
    return ngettext(
        "%(count)d pair that was approved or made by hand would have to go.",
        "%(count)d pairs that were approved or made by hand would have to go.",
        amount,
    ) % {"count": amount}


def _served(amount: int) -> str:
    return ngettext(
        "%(count)d learner fewer would get a proposal.", "%(count)d learners fewer would get a proposal.", amount
    ) % {"count": amount}


def _waiting(_amount: int) -> str:
    return gettext("Somebody who has waited for more rounds would get nothing, and somebody who has waited less would.")


def _equity(_amount: int) -> str:
    return gettext("A region that is already left out more than others would lose a proposal to another region.")


def _score(amount: int) -> str:
    return ngettext(
        "The pairs together would fit less well: %(count)d point less.",
        "The pairs together would fit less well: %(count)d points less.",
        amount,
    ) % {"count": amount}


def _spread(_amount: int) -> str:
    return gettext("The pairs would fit as well, but the work would lie on fewer sharers.")


def _keep(amount: int) -> str:
    return ngettext(
        "The pairs would fit as well, but %(count)d more proposal would differ from the run before.",
        "The pairs would fit as well, but %(count)d more proposals would differ from the run before.",
        amount,
    ) % {"count": amount}


_LOSSES = {
    "fixed": _fixed,
    "served": _served,
    "waiting": _waiting,
    "equity": _equity,
    "score": _score,
    "spread": _spread,
    "keep": _keep,
}


def one_more_place(gains: Mapping[str, int]) -> str:
    """Say what one more place of a sharer would bring the round."""
    served, score = gains.get("served", 0), gains.get("score", 0)
    if served > 0:
        return ngettext(
            "With one more place of this sharer, %(count)d more learner would get a proposal.",
            "With one more place of this sharer, %(count)d more learners would get a proposal.",
            served,
        ) % {"count": served}
    if gains.get("waiting", 0) > 0:
        return gettext("With one more place of this sharer, somebody who has waited for more rounds would go first.")
    if gains.get("equity", 0) > 0:
        return gettext("With one more place of this sharer, the regions would be served more evenly.")
    if score > 0:
        return ngettext(
            "With one more place of this sharer nobody more is served, but the pairs fit better: %(count)d point more.",
            "With one more place of this sharer nobody more is served, but the pairs fit better: %(count)d points "
            "more.",
            score,
        ) % {"count": score}
    if gains.get("spread", 0) > 0:
        return gettext("One more place of this sharer would only spread the work over more sharers.")
    return gettext("One more place of this sharer would change nothing.")
