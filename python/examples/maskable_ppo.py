"""MaskablePPO of sb3-contrib on Refine: it learns to improve placements of one graph.

    pip install ./python sb3-contrib
    python python/examples/maskable_ppo.py [--scenario nmt/test/0/2xK80] [--steps 80000] [--seed 0]

Prints the best plan that the policy meets while it learns, and the policy's own plan at the end.
Every step of `Refine` is one evaluation, and every reset another one.
"""

from __future__ import annotations

import time

import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import DummyVecEnv

from refine import Features, Record, arguments, finish

ENVS = 8


def own_plan(model: MaskablePPO, scenario: str) -> float | None:
    """The value of the plan that the policy ends an episode with, always its likeliest action."""
    env = Features(scenario, Record())
    observation, info = env.reset(seed=0)
    terminated = False
    while not terminated:
        action, _ = model.predict(observation, action_masks=env.action_masks(), deterministic=True)
        observation, _, terminated, _, info = env.step(action)
    env.close()
    return info["outcome"]["value"]


def main() -> None:
    given = arguments(__doc__)
    torch.set_num_threads(1)
    record = Record()
    envs = DummyVecEnv([lambda: Features(given.scenario, record)] * ENVS)
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
    started = time.process_time()
    model.learn(given.steps)
    print(f"{time.process_time() - started:.0f} CPU seconds of Python")
    print(f"policy's plan {own_plan(model, given.scenario):.0f} us")
    envs.close()
    finish("maskable_ppo.py", given, record)


if __name__ == "__main__":
    main()
