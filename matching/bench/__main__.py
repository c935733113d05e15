"""Run all measurements of the engine on the same made-up people. Times are medians of the runs, in seconds."""

import argparse
import platform
import sys

import numpy as np

from matching.bench import phases, refusals, rivals, small_rounds
from matching.bench.printing import print_line
from matching.engine import generator


def main(arguments: list[str] | None = None) -> int:
    """Run and print everything; return 1 if another solver finds a better or a worse optimum than ours, else 0."""
    parser = argparse.ArgumentParser(prog="python -m matching.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=12_200, help="made-up people (default: about 10,000 learners)")
    parser.add_argument("--fewer-people", type=int, default=1_220, help="a second size (default: about 1,000 learners)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small-rounds", type=int, default=30, help="rounds of 730 people to compare")
    parser.add_argument("--refusals", type=int, default=20, help="proposals refused, one at a time")
    options = parser.parse_args(arguments)
    print_line(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}\n")
    same = True
    for count in (options.fewer_people, options.people):
        proposal = phases.time(generator.people(count, seed=options.seed), options.runs)
        same &= rivals.compare(proposal.instance, options.runs)
    refusals.compare(proposal, options.refusals, options.seed)
    small_rounds.compare(options.small_rounds)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
