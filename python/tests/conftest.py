"""Scenarios for the tests: each env has one that its objective allows."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

import placement_gym

SMALL: dict[str, Any] = {
    "schema": "placement-gym/scenario-1",
    "graph": {
        "ops": [
            {"name": "a", "measuredUs": {"*": 10}, "outputs": [40]},
            {"name": "b", "measuredUs": {"*": 20}, "outputs": [8], "inputs": [["a", 0]]},
            {"name": "c", "measuredUs": {"*": 5}, "outputs": [4], "inputs": [["a", 0], ["b", 0]]},
            {"name": "d", "measuredUs": {"*": 9}, "inputs": [["c", 0]]},
        ]
    },
    "cluster": {
        "name": "two",
        "devices": [
            {
                "name": f"gpu:{d}",
                "kind": "test",
                "flopsPerUs": {"float32": 1},
                "memoryBytesPerUs": 1,
                "memoryBytes": None,
                "launchUs": 0,
            }
            for d in range(2)
        ],
        "links": [
            {"name": "up", "bytesPerUs": 8, "latencyUs": 1},
            {"name": "down", "bytesPerUs": 8, "latencyUs": 1},
        ],
        "routes": [[[], [0]], [[1], []]],
    },
}

RENTED = (
    "ctr-dnn/4xV100-rented?granularity=layer&layers=4&objective=cost&samples=1e9&samplesPerSecond=8e6"
)

# Ops that say what may be divided of them.
DIVISIBLE = "alexnet/2xP100"


@pytest.fixture(scope="session", autouse=True)
def _end() -> Iterator[None]:
    yield
    placement_gym.close()


def scenario_for(program_id: str) -> dict[str, Any]:
    """Keywords of `make` that give an env a scenario that it takes."""
    if program_id.startswith("Embedding/"):
        return {"scenario": "dlrm-kaggle/4xP100?batch=256", "objective": "iteration"}
    if program_id.startswith("Hybrid/"):
        return {"scenario": "gpt2-124m/4xP100?layers=2", "objective": "iteration"}
    if program_id.startswith("Reduction/"):
        return {"scenario": "alexnet/2x2xV100", "objective": "iteration"}
    if program_id.startswith("Rewrite/"):
        return {"scenario": "alexnet/2xP100?phase=inference", "objective": "rewritten"}
    if program_id.startswith("Pipeline/"):
        return {"scenario": SMALL, "objective": "iteration"}
    if program_id.startswith("Provision/"):
        return {"scenario": RENTED}
    if program_id.startswith("Sharding/"):
        return {"scenario": DIVISIBLE, "objective": "iteration"}
    return {"scenario": SMALL}
