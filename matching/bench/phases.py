"""Time the engine phase by phase, and compare the whole with a single plain solve of the same arcs.

Memory is the most that the process has used so far. On a machine with other work, seconds of the clock say little and
seconds of the processor more: so both ratios are printed.
"""

import resource
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import ParamSpec, TypeVar

import numpy as np
import pylmcf
from numpy.typing import NDArray

from matching.bench.printing import print_line, table
from matching.engine import candidates as hard_rules
from matching.engine import criteria, pipeline
from matching.engine.advice import advise
from matching.engine.checker import check
from matching.engine.explaining import Explainer
from matching.engine.facts import Facts, Instance, Ints, Proposal
from matching.engine.levels import cost_of, levels_of
from matching.engine.network import Network, rows_of
from matching.engine.reading import NumberedFacts, read
from matching.engine.replay import pack
from matching.engine.settings import Settings
from matching.engine.solving import solve_instance

LEVELS, PLAIN = "arrays → all levels → proof", "(one plain pylmcf solve of the same arcs)"
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def time(facts: Facts, runs: int) -> Proposal:
    """Time each part of the pipeline, print the medians, and return the proposal that came out."""
    settings = Settings()
    clock, processor = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    peak: dict[str, int] = {}

    def phase(name: str, work: Callable[Given, Answer], /, *arguments: Given.args, **options: Given.kwargs) -> Answer:
        clock_at, processor_at = perf_counter(), process_time()
        answer = work(*arguments, **options)
        clock[name].append(perf_counter() - clock_at)
        processor[name].append(process_time() - processor_at)
        peak.setdefault(name, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return answer

    for _ in range(runs):
        numbered = phase("facts read", read, facts, settings)
        candidates, _stuck = phase("all feasible pairs", hard_rules.find, numbered)
        instance = phase("scores", _scored, numbered, candidates, settings)
        network = Network.of(instance)
        cost = cost_of(levels_of(instance, network)["score"], network)
        phase(PLAIN, plain, network, cost)
        result = phase(LEVELS, solve_instance, instance)
        phase("(the proof alone)", check, instance, result)
        phase("packed for replay", pack, instance, result)
        proposal = phase("facts → proposals, all of it", pipeline.propose, facts, settings, 1)
        left = rows_of(np.array(sorted(proposal.left_out), dtype=np.int64), numbered.ids)
        places = numbered.places_to_help
        phase("(advice for all left out)", advise, numbered, settings, left, places)
        explainer = phase("ready to explain", Explainer, proposal.instance, proposal.result)
        for learner in _some(instance.learner_ids):
            phase("five alternatives of one learner", explainer.alternatives, learner)
        for sharer in _some(instance.sharer_ids):
            phase("one more place of one sharer", explainer.one_more_place, sharer)
    counts = proposal.counts
    print_line(f"\n{counts['people']:,} people, {counts['learners']:,} learners, {counts['sharers']:,} sharers with ")
    print_line(f"{counts['places']:,} places, {counts['candidates']:,} feasible pairs; {runs} runs\n\n")
    table(
        ("phase", "median s", "of the processor", "peak MB"),
        [
            (name, f"{median(times):.3f}", f"{median(processor[name]):.3f}", f"{peak[name] / 1024:.0f}")
            for name, times in clock.items()
        ],
    )
    by_clock, by_processor = (median(took[LEVELS]) / median(took[PLAIN]) for took in (clock, processor))
    print_line(f"{LEVELS} ÷ one plain solve: {by_clock:.2f} by the clock, {by_processor:.2f} by the processor\n")
    print_line(f"solved at once: {' | '.join(', '.join(stage) for stage in proposal.result.stages)}\n\n")
    return proposal


def plain(network: Network, cost: NDArray) -> NDArray:
    """Solve the arcs once with these costs, without levels, proof or explanations, and return the flow."""
    graph = pylmcf.Graph(len(network.supply), network.source, network.target)
    graph.set_node_supply(network.supply)
    graph.set_edge_capacities(network.capacity)
    graph.set_edge_costs(cost)
    graph.solve()
    return graph.result()


def _some(ids: Ints) -> list[int]:
    return ids[:: 1 + len(ids) // 5].tolist()


def _scored(numbered: NumberedFacts, candidates: hard_rules.Candidates, settings: Settings) -> Instance:
    score = criteria.total(criteria.weigh(numbered, candidates, settings.weights), len(candidates))
    best = pipeline.best_skill_per_pair(numbered, candidates, score)
    return pipeline.instance_of(numbered, candidates, score, best, settings, seed=1)
