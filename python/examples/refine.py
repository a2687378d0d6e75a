"""What the examples with a library share: features of `Refine`, and a record of what was met.

An example is one file and this one. `ppo.py` needs neither, as it steps the vector env itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import gymnasium
import numpy as np

import placement_gym


class Record:
    """Evaluations spent so far, the lowest value among them, and where it fell."""

    def __init__(self) -> None:
        self.spent = 0
        self.best = np.inf
        self.improvements: list[tuple[int, float]] = []

    def scored(self, outcome: Any) -> None:
        self.spent += 1
        self.met(outcome["value"])

    def met(self, value: float | None) -> None:
        if value is not None and value < self.best:
            self.best = value
            self.improvements.append((self.spent, value))


class Features(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Columns of the groups, the device of each, and the same of the current group alone.

    Rewards are ten times shares of the first cost, so that one setting fits every scenario. Each
    step and each reset is one evaluation, which the record counts.
    """

    def __init__(self, scenario: str, record: Record) -> None:
        super().__init__(gymnasium.make("placement_gym/Refine-v1", scenario=scenario, start="single-device"))
        groups = self.env.observation_space["groups"].shape
        self._devices = int(self.env.action_space.n)
        size = groups[0] * (groups[1] + self._devices) + groups[1] + self._devices
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32)
        self.record = record
        self._cost = 1.0

    def reset(self, **options: Any) -> tuple[Any, dict[str, Any]]:
        observation, info = self.env.reset(**options)
        self._cost = info["outcome"]["cost"]
        self.record.scored(info["outcome"])
        return self._features(observation), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(int(action))
        self.record.scored(info["outcome"])
        return self._features(observation), 10 * reward / self._cost, terminated, truncated, info

    def action_masks(self) -> Any:
        return self.env.unwrapped.action_masks()

    def _features(self, observation: Any) -> Any:
        devices = np.eye(self._devices, dtype=np.float32)[observation["placement"]]
        table = np.concatenate([observation["groups"], devices], axis=1)
        current = max(0, int(observation["current"]))
        return np.concatenate([table.ravel(), table[current]])


def arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--scenario", default="nmt/test/0/2xK80")
    parser.add_argument("--steps", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-most", type=float, default=np.inf, help="us; a worse best plan ends with 1")
    parser.add_argument("--curve", help="a file for the best value over evaluations, as JSON")
    return parser.parse_args()


def finish(method: str, given: argparse.Namespace, record: Record) -> None:
    """Tells what was reached, keeps the curve, and ends with 1 where that is not enough."""
    bound = placement_gym.bound(given.scenario).best.value
    for spent, value in record.improvements[:: max(1, len(record.improvements) // 10)]:
        print(f"{spent:>8} evaluations: best plan {value:.0f} us")
    print(f"best plan {record.best:.0f} us of {record.spent} evaluations, {record.best / bound - 1:.2%} above the bound")
    if given.curve is not None:
        curve = {
            "method": method,
            "scenario": given.scenario,
            "seed": given.seed,
            "evaluations": record.spent,
            "improvements": record.improvements,
        }
        with open(given.curve, "w", encoding="utf8") as file:
            json.dump(curve, file)
    if record.best > given.at_most:
        sys.exit(f"The best plan takes {record.best:.0f} us, expected at most {given.at_most:.0f}.")
