"""`PlacementEnv`: one env of the program as an env of Gymnasium."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from .frames import Array, Fields
from .handle import Handle, Scenario, checked_render_mode
from .legal import replacement
from .process import Process
from .spaces import reader


class PlacementEnv(gymnasium.Env[Any, Any]):
    """Steps an env of the program. Options of the env are keywords (docs/environments.md).

    `flat=True` observes one array of float32 and `time_limit` cuts episodes off. `info` has
    `action_mask`, and `outcome` where the call evaluated a plan. An illegal action raises
    ValueError and changes nothing; with `illegal="replace"` the next legal one is taken.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}

    def __init__(
        self,
        env: str,
        scenario: Scenario | None = None,
        *,
        objective: str | None = None,
        render_mode: str | None = None,
        time_limit: int | None = None,
        illegal: str = "raise",
        cell: int | None = None,
        process: Process | None = None,
        **options: Any,
    ) -> None:
        self.render_mode = checked_render_mode(render_mode)
        self._handle = Handle(
            env,
            scenario,
            options=options,
            time_limit=time_limit,
            objective=objective,
            cell=cell,
            process=process,
        )
        self.observation_space = self._handle.observation_space
        self.action_space = self._handle.action_space
        self._read = reader(self.observation_space, self._handle.constant)
        self._replace = replacement(illegal, self.action_space)
        self._mask = _mask_reader(self.action_space)
        self._legal: Array | None = None
        self._closed = False

    @property
    def names(self) -> dict[str, list[str]]:
        """Names of columns, such as those of `groups` under `groupColumns`."""
        return self._handle.names

    @property
    def scenario(self) -> str:
        return self._handle.scenario

    @property
    def scenario_hash(self) -> str:
        return self._handle.scenario_hash

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Fields]:
        super().reset(seed=seed)
        arrays = self._handle.reset(None if seed is None else [seed], options)
        return self._read(arrays, 0), self._info(arrays)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, Fields]:
        if self._replace is not None and self._legal is not None:
            action = self._replace(action, self._legal)
        arrays = self._handle.step([action])
        return (
            self._read(arrays, 0),
            float(arrays["reward"][0]),
            bool(arrays["terminated"][0]),
            bool(arrays["truncated"][0]),
            self._info(arrays),
        )

    def action_masks(self) -> Array:
        """The legal actions as booleans, under the name that sb3-contrib asks for."""
        return known(self._legal).astype(bool)

    def render(self) -> str | None:
        return None if self.render_mode is None else self._handle.render(0)

    def plan(self) -> Fields:
        """The complete plan so far, as in plan files."""
        return self._handle.plan(0)

    def state(self) -> Any:
        """What `restore` goes on from, exactly; JSON-safe."""
        return self._handle.state()

    def restore(self, state: Any) -> None:
        self._legal = None
        self._handle.restore(state)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._handle.close()

    def _info(self, arrays: dict[str, Array]) -> Fields:
        mask = arrays["mask"][0]
        self._legal = mask.copy()
        info: Fields = {"action_mask": self._mask(mask)}
        if arrays["evaluated"][0]:
            info["outcome"] = outcome_at(arrays, 0)
        return info


def known(masks: Array | None) -> Array:
    """The masks of the last reset or step."""
    if masks is None:
        raise ValueError("The legal actions are known after the next reset or step; a restore tells none.")
    return masks


def outcome_at(arrays: dict[str, Array], i: int, prefix: str = "") -> Fields:
    """The evaluation behind a step; `value` is None where the plan is infeasible."""
    value = float(arrays[f"{prefix}value"][i])
    return {
        "feasible": bool(arrays[f"{prefix}feasible"][i]),
        "value": None if np.isnan(value) else value,
        "cost": float(arrays[f"{prefix}cost"][i]),
    }


def _mask_reader(space: spaces.Space[Any]) -> Any:
    """Of `MultiDiscrete` with equal sizes the mask is a table with a row for each component."""
    if isinstance(space, spaces.MultiDiscrete) and len(set(space.nvec.tolist())) == 1:
        shape = (len(space.nvec), int(space.nvec[0]))
        return lambda row: row.view(np.int8).reshape(shape)
    return lambda row: row.view(np.int8)
