"""MaskablePPO of sb3-contrib on Refine: it learns to improve placements of one graph.

    pip install ./python sb3-contrib
    python python/examples/maskable_ppo.py [--scenario nmt/test/0/2xK80] [--steps 80000] [--seed 0]

Prints the best plan that the policy meets while it learns, the policy's own plan at the end, and the
best plans of methods of the program with as many simulations. Every step of `Refine` is one
evaluation, and every reset another one.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import gymnasium
import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import DummyVecEnv

import placement_gym

ENVS = 8


class Features(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Columns of the groups, the device of each, and the same of the current group alone.

    Rewards are shares of the first cost, so that one setting fits every scenario.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        super().__init__(env)
        groups = env.observation_space["groups"].shape
        self._devices = int(env.action_space.n)
        size = groups[0] * (groups[1] + self._devices) + groups[1] + self._devices
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32)
        self._cost = 1.0

    def reset(self, **options: Any) -> tuple[Any, dict[str, Any]]:
        observation, info = self.env.reset(**options)
        self._cost = info["outcome"]["cost"]
        return self._features(observation), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(int(action))
        return self._features(observation), 10 * reward / self._cost, terminated, truncated, info

    def action_masks(self) -> Any:
        return self.env.unwrapped.action_masks()

    def _features(self, observation: Any) -> Any:
        devices = np.eye(self._devices, dtype=np.float32)[observation["placement"]]
        table = np.concatenate([observation["groups"], devices], axis=1)
        current = max(0, int(observation["current"]))
        return np.concatenate([table.ravel(), table[current]])


class Best(BaseCallback):
    """Keeps the lowest value of all plans that were scored, and a point of the curve each rollout."""

    def __init__(self) -> None:
        super().__init__()
        self.value = np.inf
        self.curve: list[tuple[int, float]] = []

    def _on_step(self) -> bool:
        for info in self.locals["infos"]:
            value = info.get("outcome", {}).get("value")
            if value is not None:
                self.value = min(self.value, value)
        return True

    def _on_rollout_end(self) -> None:
        self.curve.append((self.num_timesteps, self.value))


def make(scenario: str) -> gymnasium.Env[Any, Any]:
    return Features(gymnasium.make("placement_gym/Refine-v1", scenario=scenario, start="single-device"))


def own_plan(model: MaskablePPO, scenario: str) -> float | None:
    """The value of the plan that the policy ends an episode with, always its likeliest action."""
    env = Features(gymnasium.make("placement_gym/Refine-v1", scenario=scenario, start="single-device"))
    observation, info = env.reset(seed=0)
    terminated = False
    while not terminated:
        action, _ = model.predict(observation, action_masks=env.action_masks(), deterministic=True)
        observation, _, terminated, _, info = env.step(action)
    env.close()
    return info["outcome"]["value"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="nmt/test/0/2xK80")
    parser.add_argument("--steps", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-most", type=float, default=np.inf, help="us; a worse best plan ends with 1")
    given = parser.parse_args()
    torch.set_num_threads(1)
    envs = DummyVecEnv([lambda: make(given.scenario)] * ENVS)
    model = MaskablePPO(
        "MlpPolicy",
        envs,
        n_steps=256,
        batch_size=512,
        n_epochs=4,
        gamma=0.95,
        learning_rate=2e-3,
        seed=given.seed,
        device="cpu",
    )
    best = Best()
    started = time.process_time()
    model.learn(given.steps, callback=best)
    spent = model.num_timesteps
    bound = placement_gym.bound(given.scenario).best.value
    for steps, value in best.curve[:: max(1, len(best.curve) // 10)]:
        print(f"{steps:>8} steps: best plan {value:.0f} us")
    print(f"best plan met   {best.value:.0f} us, {best.value / bound - 1:.2%} above the bound")
    print(f"policy's plan   {own_plan(model, given.scenario):.0f} us")
    print(f"{spent} evaluations in steps, {time.process_time() - started:.0f} CPU seconds of Python")
    for method in ("random", "hill-climb", "mcmc"):
        built_in = placement_gym.solve(given.scenario, method, simulations=spent, seed=given.seed)
        print(f"{method:<15} {built_in.value:.0f} us with as many simulations")
    envs.close()
    if best.value > given.at_most:
        sys.exit(f"The best plan takes {best.value:.0f} us, expected at most {given.at_most:.0f}.")


if __name__ == "__main__":
    main()
