"""Ask the rules of a round about one learner: whom they allow as things stand, and whom if one thing were different.

No rule is written down here: they are those of `candidates`, which a round asks of everybody at once.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.candidates import Relations, hour_begins, region_suits
from matching.engine.facts import Ints
from matching.engine.reading import NumberedFacts

Mask = NDArray[np.bool_]
OF_THE_PAIR = ("no_offer", "no_free_place", "region_wishes", "no_shared_language", "kept_apart")


class OneLearner:
    """What the rules say of one learner and everybody else, as a truth for each row of people."""

    def __init__(self, numbered: NumberedFacts, learner: int) -> None:
        self._numbered, self._learner = numbered, learner
        count = len(numbered.ids)
        rules = Relations.of(numbered).rules(numbered, np.array([learner], dtype=np.int64))
        self._holds: dict[str, Mask] = {
            rule: np.unpackbits(bits, axis=1, count=count)[0].view(np.bool_) for rule, bits in rules
        }
        self._begins = np.packbits(hour_begins(numbered.slots), axis=2)

    def allowed(self, **instead: Mask) -> Mask:
        """Whom every rule about the pair allows but for hours in common; rules named in ``instead`` are replaced."""
        holds = [instead.get(rule, self._holds[rule]) for rule in OF_THE_PAIR]
        return np.asarray(np.logical_and.reduce(holds))

    def for_whom(self, rule: str) -> Mask:
        """For whom this rule holds, whatever the others say."""
        return self._holds[rule]

    def meeting(self, among: Ints) -> Mask:
        """Which of these rows have an unbroken hour in common with the learner in every week."""
        return self.meeting_at(self._begins[self._learner], among)

    def meeting_at(self, begins: NDArray[np.uint8], among: Ints) -> Mask:
        """Which of these rows have one that begins where these bits are set, (weeks, bytes)."""
        in_week = np.asarray((self._begins[among] & begins).any(axis=2))
        return np.asarray(in_week.all(axis=1), dtype=np.bool_)

    def content_with_region(self) -> Mask:
        """Who is content with the learner's region; whom the learner wishes is not asked."""
        regions, mine = self._numbered.region, self._numbered.region[self._learner]
        both_told = (regions > 0) & (mine > 0)
        return region_suits(self._numbered.region_wish, regions == mine, both_told)

    def speaking(self, language: int) -> Mask:
        """Who speaks this language well enough."""
        return np.asarray(self._numbered.comfort[:, language] > 0)

    def sharing(self, skills: Ints | list[int]) -> Mask:
        """Who else shares any of these skills, by their numbers."""
        share = np.asarray((self._numbered.offer_level[skills] > 0).any(axis=0))
        share[self._learner] = False
        return share
