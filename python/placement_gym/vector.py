"""`PlacementVectorEnv`: many episodes in one message, as a vector env of Gymnasium."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .env import known, outcome_at
from .frames import Array, Fields
from .handle import Handle, Scenario, checked_render_mode
from .legal import replacement
from .process import Process
from .spaces import batch_reader, reader

_MODES = {
    AutoresetMode.NEXT_STEP: "next-step",
    AutoresetMode.SAME_STEP: "same-step",
    AutoresetMode.DISABLED: "disabled",
}


class PlacementVectorEnv(VectorEnv[Any, Any, Any]):
    """Steps `num_envs` envs of one scenario in one message.

    A whole number as seed gives env i the seed `seed + i`, as Gymnasium's own vector envs do; a
    list gives each env its own, None for none. `infos` has `action_mask` for all envs; the fields
    of an evaluation have a mask of those envs that it was for.
    """

    def __init__(
        self,
        env: str,
        num_envs: int = 1,
        scenario: Scenario | None = None,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        objective: str | None = None,
        render_mode: str | None = None,
        time_limit: int | None = None,
        illegal: str = "raise",
        cell: int | None = None,
        process: Process | None = None,
        **options: Any,
    ) -> None:
        mode = AutoresetMode(autoreset_mode)
        self.render_mode = checked_render_mode(render_mode)
        self._handle = Handle(
            env,
            scenario,
            count=num_envs,
            autoreset=_MODES[mode],
            options=options,
            time_limit=time_limit,
            objective=objective,
            cell=cell,
            process=process,
        )
        self.metadata = {"render_modes": ["ansi"], "render_fps": 1, "autoreset_mode": mode}
        self.num_envs = num_envs
        self.single_observation_space = self._handle.observation_space
        self.single_action_space = self._handle.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._read = batch_reader(self.single_observation_space, self._handle.constant, num_envs)
        self._read_final = reader(
            self.single_observation_space, self._handle.constant, "final.observation"
        )
        self._replace = replacement(illegal, self.single_action_space)
        # Given out with each step, so nobody may write to it.
        self._all = np.ones(num_envs, dtype=bool)
        self._all.flags.writeable = False
        self._masks: Array | None = None

    @property
    def names(self) -> dict[str, list[str]]:
        return self._handle.names

    def reset(
        self, *, seed: int | Sequence[int | str | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, Fields]:
        options = dict(options or {})
        which = options.pop("reset_mask", None)
        seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, (int, np.integer)) else seed
        marked = self._all if which is None else np.asarray(which, dtype=bool)
        arrays = self._handle.reset(seeds, options, marked)
        return self._read(arrays), self._infos(arrays, marked)

    def step(self, actions: Any) -> tuple[Any, Array, Array, Array, Fields]:
        if self._replace is not None and self._masks is not None:
            actions = [self._replace(action, mask) for action, mask in zip(actions, self._masks)]
        arrays = self._handle.step(actions)
        infos = self._infos(arrays, self._all)
        if "final" in arrays:
            self._add_final(infos, arrays)
        return (
            self._read(arrays),
            arrays["reward"],
            arrays["terminated"].view(np.bool_),
            arrays["truncated"].view(np.bool_),
            infos,
        )

    def action_masks(self) -> Array:
        """The legal actions of all envs as booleans, envs first."""
        return known(self._masks).astype(bool)

    def plan(self, index: int) -> Fields:
        return self._handle.plan(index)

    def render(self) -> tuple[str, ...] | None:
        if self.render_mode is None:
            return None
        return tuple(self._handle.render(i) for i in range(self.num_envs))

    def state(self) -> Any:
        return self._handle.state()

    def restore(self, state: Any) -> None:
        self._masks = None
        self._handle.restore(state)

    def close_extras(self, **_: Any) -> None:
        self._handle.close()

    def _infos(self, arrays: dict[str, Array], which: Array) -> Fields:
        masks = arrays["mask"].view(np.int8)
        self._masks = masks.copy()
        infos: Fields = {"action_mask": masks, "_action_mask": which}
        evaluated = arrays["evaluated"].view(np.bool_)
        if np.count_nonzero(evaluated):
            feasible = arrays["feasible"].view(np.bool_)
            told = {"feasible": feasible, "value": arrays["value"], "cost": arrays["cost"]}
            infos["outcome"] = {**told, **{f"_{name}": evaluated for name in told}}
            infos["_outcome"] = evaluated
        return infos

    def _add_final(self, infos: Fields, arrays: dict[str, Array]) -> None:
        ended = np.zeros(self.num_envs, dtype=bool)
        observations = np.full(self.num_envs, None, dtype=object)
        final: Fields = {"action_mask": np.zeros_like(infos["action_mask"]), "_action_mask": ended}
        outcomes = np.full(self.num_envs, None, dtype=object)
        for k, i in enumerate(arrays["final"]):
            ended[i] = True
            observations[i] = self._read_final(arrays, k)
            final["action_mask"][i] = arrays["final.mask"][k].view(np.int8)
            if arrays["final.evaluated"][k]:
                outcomes[i] = outcome_at(arrays, k, "final.")
        final["outcome"] = outcomes
        final["_outcome"] = np.array([outcome is not None for outcome in outcomes])
        infos.update(final_obs=observations, _final_obs=ended, final_info=final, _final_info=ended)
