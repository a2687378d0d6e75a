"""A vector of envs in the process, by its number: what the single env and the vector env share."""

from __future__ import annotations

import json
import weakref
from typing import Any, Mapping, Sequence

import numpy as np
from gymnasium import spaces

from . import frames
from .frames import Array, Fields
from .process import Process, shared
from .spaces import names_of, space_of

Scenario = str | Mapping[str, Any]
_LARGEST_EXACT = 2**53


class Handle:
    """Makes the envs and speaks for them."""

    def __init__(
        self,
        env: str,
        scenario: Scenario | None,
        *,
        count: int = 1,
        autoreset: str = "disabled",
        options: Mapping[str, Any] | None = None,
        time_limit: int | None = None,
        objective: str | None = None,
        cell: int | None = None,
        process: Process | None = None,
    ) -> None:
        self.process = process or shared()
        self.process.close_dropped()
        limit = {} if time_limit is None else {"timeLimit": time_limit}
        request: Fields = {
            "call": "make",
            "env": env,
            "count": count,
            "autoreset": autoreset,
            "options": plain({**(options or {}), **limit}),
        }
        named = {"scenario": scenario, "objective": objective, "cell": cell}
        request.update({name: value for name, value in named.items() if value is not None})
        answer, arrays = self.process.call(request)
        self.number: int = answer["handle"]
        self._drop = weakref.finalize(self, self.process.drop, self.number)
        self._drop.atexit = False
        self.count = count
        self.scenario: str = answer["scenario"]
        self.scenario_hash: str = answer["scenarioHash"]
        self.metadata: Fields = answer["metadata"]
        self.names = names_of(answer["observationSpace"])
        self.observation_space = space_of(answer["observationSpace"], arrays)
        self.action_space = space_of(answer["actionSpace"], arrays)
        # Parts of observations that never change, by their names; no later answer has them.
        self.constant = {
            name.removeprefix("constant."): array
            for name, array in arrays.items()
            if name.startswith("constant.")
        }
        is_discrete = isinstance(self.action_space, spaces.Discrete)
        self._action_shape = [count] if is_discrete else [count, *self.action_space.shape]  # type: ignore[misc]
        head = {
            "call": "step",
            "handle": self.number,
            "arrays": [["actions", "i4", self._action_shape]],
        }
        self._step_header = json.dumps(head, separators=(",", ":")).encode()

    def call(self, call: str, arrays: Mapping[str, Array] | None = None, **fields: Any) -> tuple[Fields, dict[str, Array]]:
        return self.process.call({"call": call, "handle": self.number, **fields}, arrays)

    def reset(
        self,
        seeds: Sequence[int | str | None] | None,
        options: Mapping[str, Any] | None,
        which: Array | None = None,
    ) -> dict[str, Array]:
        marked = None if which is None else {"which": np.asarray(which, dtype=np.uint8)}
        sent = None if seeds is None else [seed_of(seed) for seed in seeds]
        return self.call("reset", marked, seeds=sent, options=plain(options or {}))[1]

    def step(self, actions: Any) -> dict[str, Array]:
        whole = frames.whole_numbers(actions, "Actions")
        if list(whole.shape) != self._action_shape:
            raise ValueError(f"Actions have the shape {whole.shape}, expected {self._action_shape}.")
        return self.process.send(frames.joined(self._step_header, [whole.tobytes()]))[1]

    def render(self, index: int) -> str:
        return str(self.call("render", index=index)[0]["text"])

    def plan(self, index: int) -> Fields:
        plan: Fields = self.call("plan", index=index)[0]["plan"]
        return plan

    def state(self) -> Any:
        return self.call("state")[0]["state"]

    def restore(self, state: Any) -> None:
        self.call("restore", state=state)

    def close(self) -> None:
        if self._drop.detach() is not None and self.process.alive:
            self.call("close")


def checked_render_mode(mode: str | None) -> str | None:
    if mode in (None, "ansi"):
        return mode
    raise ValueError(f"render_mode is {mode!r}, expected None or 'ansi'.")


def seed_of(seed: int | str | None) -> int | str | None:
    """A seed as JSON keeps it. The program takes the number and its text for the same seed."""
    if seed is None or isinstance(seed, str):
        return seed
    return int(seed) if abs(int(seed)) < _LARGEST_EXACT else str(int(seed))


def plain(value: Any) -> Any:
    """Options as JSON: arrays of numpy become lists, its numbers Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value
