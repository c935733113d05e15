"""Whoever reads a whole page and reckons: what the shown counts leave open of the hidden ones, by linear programmes.

What holds between counts is written down here from the definitions that stand beside the tables, and shares nothing
with how the reports hide.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN as LEAST

ROOM = 5  # a hidden count has to be one of six numbers, at least


class Reader:
    """``counts`` are all there are; ``seen`` tells those a reader knows. Rules are added as sums of counts."""

    def __init__(self, counts, seen):
        self.counts, self.seen = counts, seen
        self.rules = []  # (sign of each count, lowest, highest)
        self.secrets = {key: {key: 1} for key, count in counts.items() if key not in seen and 0 < count < LEAST}
        self.rooms = {}  # of those that can be fewer numbers by what everybody knows

    def equal(self, total, parts):
        self._rule([*((part, 1) for part in parts), (total, -1)], 0, 0)

    def at_most(self, less, more):
        self._rule([*((key, 1) for key in less), *((key, -1) for key in more)], -np.inf, 0)

    def _rule(self, signed, low, high):
        signs, known = {}, 0
        for key, sign in signed:
            if key in self.seen:
                known += sign * self.counts[key]
            else:
                signs[key] = signs.get(key, 0) + sign
        assert low - known <= sum(self.counts[key] * sign for key, sign in signs.items()) <= high - known, signed
        if signs:
            self.rules.append((signs, low - known, high - known))

    def within(self, whole, part, *, is_secret=True):
        """Those of the whole who are not of the part are a secret, too, where they are few."""
        self.at_most([part], [whole])
        rest = self.counts[whole] - self.counts[part]
        if is_secret and 0 < rest < LEAST:
            self.secrets["others", whole, part] = {whole: 1, part: -1}

    def finds(self, *, in_whole_numbers=False):
        """Return the secrets that can be fewer than six numbers, with the lowest and the highest."""
        at = {key: place for place, key in enumerate(key for key in self.counts if key not in self.seen)}
        cells = [(row, at[key], sign) for row, rule in enumerate(self.rules) for key, sign in rule[0].items()]
        rows, columns, signs = zip(*cells, strict=True) if cells else ((), (), ())
        matrix = csr_array((signs, (rows, columns)), shape=(len(self.rules), len(at)))
        limits = LinearConstraint(matrix, [low for _, low, _ in self.rules], [high for _, _, high in self.rules])
        found, reached = {}, {name: set() for name in self.secrets}
        for name, secret in self.secrets.items():
            if not self.rooms.get(name, ROOM):
                continue
            goal, known = np.zeros(len(at)), 0
            for key, sign in secret.items():
                if key in at:
                    goal[at[key]] += sign
                else:
                    known += sign * self.counts[key]
            if not goal.any():
                found[name] = known
                continue
            for sign in (1, -1):
                if max(reached[name], default=0) - min(reached[name], default=0) >= self.rooms.get(name, ROOM):
                    break
                answer = milp(
                    goal * sign,
                    constraints=limits if self.rules else None,
                    bounds=Bounds(0, 10_000),
                    integrality=int(in_whole_numbers),
                )
                assert answer.x is not None, answer.message
                for other, of_it in self.secrets.items():  # whatever else is possible there is possible, too
                    reached[other].add(sum(by * answer.x[at[key]] if key in at else 0 for key, by in of_it.items()))
            low, high = min(reached[name]), max(reached[name])
            if high - low < self.rooms.get(name, ROOM) - 1e-6:
                found[name] = (low + known, high + known)
        return found
