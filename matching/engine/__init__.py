"""The matching engine: arrays in; the best set of pairs, its reasons and its proof out. Pure: no Django, no clock.

``solve`` chooses among scored pairs; ``propose`` goes all the way from facts about people to proposals with reasons.
The rules in prose: ``docs/matching.md``.
"""

from matching.engine.pipeline import propose
from matching.engine.solving import solve

__all__ = ["propose", "solve"]
