"""`scenario`, `simulate`, `solve`, `bound` and `explain` agree with each other."""

from __future__ import annotations

import numpy as np
import pytest

import placement_gym
from conftest import SMALL

ADDRESS = "nmt/test/0/2xK80"


def test_a_scenario_is_numbers() -> None:
    info = placement_gym.scenario(ADDRESS)
    assert len(info.ops) == len(info.flops) == len(info.group_of) == info.output_start.size - 1
    assert info.devices == ["gpu:0", "gpu:1"] and info.memory_bytes.shape == (2,)
    assert info.edge_source.max() < len(info.ops) and info.unit == "us"
    assert np.isinf(placement_gym.scenario(SMALL).memory_bytes).all()


def test_a_method_s_value_is_the_simulator_s_and_above_the_bound() -> None:
    solution = placement_gym.solve(ADDRESS, "random", simulations=20, seed=3)
    assert solution.device is not None and solution.value is not None
    assert placement_gym.simulate(ADDRESS, solution.plan).value == solution.value
    assert placement_gym.simulate(ADDRESS, solution.device).value == solution.value
    assert solution.value >= placement_gym.bound(ADDRESS).best.value > 0
    assert solution.simulations <= 20
    assert placement_gym.solve(ADDRESS, "random", simulations=20, seed=3).plan == solution.plan


def test_groups_are_their_ops() -> None:
    info = placement_gym.scenario(ADDRESS)
    groups = np.arange(info.group_count) % 2
    by_groups = placement_gym.simulate(ADDRESS, groups=groups)
    by_ops = placement_gym.simulate(ADDRESS, groups[info.group_of])
    assert by_groups.value == by_ops.value
    assert by_groups.start_us is not None and len(by_groups.start_us) == len(info.ops)


def test_a_plan_is_explained() -> None:
    told = placement_gym.explain(SMALL, np.zeros(4, dtype=int), moves=True)
    assert told.score.value == 44
    assert told.sentence is not None and told.details["moves"]["complete"]
    iteration = placement_gym.solve(SMALL, "pipedream", simulations=10, objective="iteration")
    assert iteration.plan is not None and iteration.plan["kind"] == "pipeline" and iteration.device is None
    assert placement_gym.explain(SMALL, iteration.plan, objective="iteration").score.value == iteration.value


def test_mistakes_are_value_errors() -> None:
    with pytest.raises(ValueError, match="A plan is expected"):
        placement_gym.simulate(ADDRESS)
    with pytest.raises(ValueError, match="one device per op"):
        placement_gym.simulate(SMALL, [0, 1])
    with pytest.raises(ValueError, match="float64, expected whole numbers"):
        placement_gym.simulate(SMALL, [0, 0.5, 1, 1])
    with pytest.raises(ValueError, match="hold 4294967296, expected 32 bits"):
        placement_gym.simulate(SMALL, [0, 2**32, 1, 1])
    with pytest.raises(ValueError, match="names a file"):
        placement_gym.solve(SMALL, "./mine.ts")
