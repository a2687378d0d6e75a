"""`scenario`, `simulate`, `solve`, `bound`, `explain`: the program's answers as dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

import numpy as np

from .frames import Array, Fields, whole_numbers
from .handle import Scenario, plain
from .process import Process, shared

Plan = Mapping[str, Any] | Array


@dataclass(frozen=True)
class ScenarioInfo:
    """A scenario as numbers. Sizes are bytes, work is FLOP; devices without a limit have infinity."""

    name: str
    hash: str
    objective: str
    unit: str
    batch: int | None
    group_count: int
    ops: list[str]
    types: list[str]
    devices: list[str]
    kinds: list[str]
    flops: Array
    parameter_bytes: Array
    bytes_touched: Array
    output_start: Array
    output_bytes: Array
    edge_source: Array
    edge_destination: Array
    edge_bytes: Array
    role: Array
    colocation: Array
    group_of: Array
    memory_bytes: Array


@dataclass(frozen=True)
class Bound:
    """A lower bound on the value of every feasible plan of the kinds that it covers."""

    value: float
    argument: str
    covers: list[str]


@dataclass(frozen=True)
class Bounds:
    objective: str
    unit: str
    best: Bound
    all: list[Bound]
    notes: list[str]


@dataclass(frozen=True)
class Score:
    """A plan under its objective. Times are us; `value` is None where the plan is infeasible."""

    objective: str
    unit: str
    value: float | None
    feasible: bool
    bound: float
    bound_argument: str
    gap: float | None
    peak_bytes: Array
    limit_bytes: Array
    start_us: Array | None
    device_busy_us: Array | None
    link_busy_us: Array | None
    details: Fields


@dataclass(frozen=True)
class Explanation:
    sentence: str | None
    score: Score
    details: Fields


@dataclass(frozen=True)
class Solution:
    """A method's best plan under a budget; `cell` is the whole row of a comparison."""

    method: str
    value: float | None
    feasible: bool
    bound: float
    gap: float | None
    evaluations: int
    simulations: int
    plan: Fields | None
    device: Array | None
    cell: Fields


def scenario(
    scenario: Scenario, *, objective: str | None = None, process: Process | None = None
) -> ScenarioInfo:
    """Graph, groups and devices of a built-in scenario, or of one given as the JSON of its file."""
    fields, arrays = _call("scenario", scenario, objective, process)
    parts: Fields = {**fields, **arrays}
    return ScenarioInfo(**{_snake(name): part for name, part in parts.items()})


def simulate(
    scenario: Scenario,
    plan: Plan | None = None,
    *,
    groups: Array | None = None,
    objective: str | None = None,
    process: Process | None = None,
) -> Score:
    """Scores a plan: as in plan files, a device for each op, or `groups` with one for each group."""
    extra, sent = _plan(plan, groups)
    fields, arrays = _call("simulate", scenario, objective, process, sent, **extra)
    return _score(fields["score"], arrays)


def explain(
    scenario: Scenario,
    plan: Plan | None = None,
    *,
    groups: Array | None = None,
    moves: bool = False,
    objective: str | None = None,
    process: Process | None = None,
) -> Explanation:
    """What makes a plan's value as large as it is; `moves` also looks for the best single move."""
    extra, sent = _plan(plan, groups)
    fields, arrays = _call("explain", scenario, objective, process, sent, moves=moves, **extra)
    told: Fields = fields["explanation"]
    return Explanation(told.get("sentence"), _score(told, arrays), told)


def bound(
    scenario: Scenario,
    *,
    effort: str = "cheap",
    objective: str | None = None,
    process: Process | None = None,
) -> Bounds:
    """Proven lower bounds: `cheap`, `lp`, `refutation` or `all`."""
    fields, _ = _call("bound", scenario, objective, process, effort=effort)
    every = [_bound(each) for each in fields["bounds"]]
    return Bounds(fields["objective"], fields["unit"], _bound(fields["best"]), every, fields["notes"])


def solve(
    scenario: Scenario,
    method: str = "best",
    *,
    simulations: int = 1000,
    seed: int = 0,
    objective: str | None = None,
    process: Process | None = None,
) -> Solution:
    """Runs a method of the program under a budget of simulations."""
    asked: Fields = {"method": method, "simulations": simulations, "seed": seed}
    fields, _ = _call("solve", scenario, objective, process, **asked)
    cell: Fields = fields["cell"]
    plan = cell["plan"]
    is_placement = plan is not None and plan["kind"] == "placement"
    return Solution(
        method=method,
        value=cell["value"],
        feasible=cell["feasible"],
        bound=cell["bound"],
        gap=cell["gap"],
        evaluations=cell["evaluations"],
        simulations=cell["simulations"],
        plan=plan,
        device=np.asarray(plan["device"], dtype=np.int32) if is_placement else None,
        cell=cell,
    )


def _call(
    call: str,
    scenario: Scenario,
    objective: str | None,
    process: Process | None,
    arrays: Mapping[str, Array] | None = None,
    **fields: Any,
) -> tuple[Fields, dict[str, Array]]:
    request = {"call": call, "scenario": scenario, "objective": objective, **fields}
    answer, given = (process or shared()).call(request, arrays)
    return dict(answer), given


def _plan(plan: Plan | None, groups: Array | None) -> tuple[Fields, dict[str, Array]]:
    if (plan is None) == (groups is None):
        raise ValueError("A plan is expected: as in plan files, a device for each op, or groups.")
    if groups is not None:
        return {}, {"groups": whole_numbers(groups, "Devices")}
    if isinstance(plan, Mapping):
        return {"plan": plain(plan)}, {}
    return {}, {"device": whole_numbers(plan, "Devices")}


def _score(json: Fields, arrays: Mapping[str, Array]) -> Score:
    return Score(
        objective=json["objective"],
        unit=json["unit"],
        value=json["value"],
        feasible=json["feasible"],
        bound=json["bound"],
        bound_argument=json["boundArgument"],
        gap=json["gap"],
        peak_bytes=arrays["peakBytes"],
        limit_bytes=arrays["limitBytes"],
        start_us=arrays.get("startUs"),
        device_busy_us=arrays.get("deviceBusyUs"),
        link_busy_us=arrays.get("linkBusyUs"),
        details=json,
    )


def _bound(json: Fields) -> Bound:
    return Bound(json["value"], json["argument"], json["covers"])


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
