"""PPO in one file, in the manner of CleanRL: masks, the vector env, numpy and torch alone.

    pip install ./python torch
    python python/examples/ppo.py [--scenario nmt/test/0/2xK80] [--steps 80000] [--seed 0]

All envs step in one message. The policy sees the columns of the groups, the device of each, and the
same of the current group. Proximal policy optimisation is by Schulman et al. (2017).
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from torch import nn

import placement_gym
from placement_gym import PlacementVectorEnv

ENVS, ROLLOUT, EPOCHS, BATCH = 32, 68, 4, 512
GAMMA, LAMBDA, CLIP, RATE = 0.95, 0.95, 0.2, 2e-3
SHARE = 10.0


class Policy(nn.Module):
    def __init__(self, size: int, devices: int) -> None:
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(size, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, devices))
        self.critic = nn.Sequential(nn.Linear(size, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
        with torch.no_grad():
            self.actor[-1].weight.mul_(0.01)

    def choices(self, features: torch.Tensor, masks: torch.Tensor) -> torch.distributions.Categorical:
        logits = self.actor(features).masked_fill(~masks, -1e9)
        return torch.distributions.Categorical(logits=logits)

    def value(self, features: torch.Tensor) -> torch.Tensor:
        return self.critic(features).squeeze(-1)


def features_of(observations: Any, devices: int) -> torch.Tensor:
    placed = np.eye(devices, dtype=np.float32)[observations["placement"]]
    table = np.concatenate([observations["groups"], placed], axis=2)
    current = np.maximum(0, observations["current"])
    own = table[np.arange(len(table)), current]
    return torch.from_numpy(np.concatenate([table.reshape(len(table), -1), own], axis=1))


def advantages_of(rewards: Any, values: Any, ends: Any, last: Any) -> Any:
    """Generalised advantages; with SAME_STEP an end cuts off what follows."""
    advantages = np.zeros_like(rewards)
    carried = np.zeros(rewards.shape[1], dtype=np.float32)
    for t in reversed(range(len(rewards))):
        following = last if t == len(rewards) - 1 else values[t + 1]
        delta = rewards[t] + GAMMA * following * ~ends[t] - values[t]
        carried = delta + GAMMA * LAMBDA * ~ends[t] * carried
        advantages[t] = carried
    return advantages


def update(policy: Policy, optimiser: torch.optim.Optimizer, parts: list[torch.Tensor]) -> None:
    features, masks, actions, old, advantages, returns = parts
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(actions)).split(BATCH):
            chosen = policy.choices(features[batch], masks[batch])
            ratio = (chosen.log_prob(actions[batch]) - old[batch]).exp()
            own = advantages[batch]
            own = (own - own.mean()) / (own.std() + 1e-8)
            gain = torch.min(ratio * own, ratio.clamp(1 - CLIP, 1 + CLIP) * own).mean()
            error = (policy.value(features[batch]) - returns[batch]).pow(2).mean()
            optimiser.zero_grad()
            (0.5 * error - gain).backward()
            nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
            optimiser.step()


def train(scenario: str, steps: int, seed: int) -> tuple[list[tuple[int, float]], int]:
    """The lowest values that were scored, one for each round of steps that had a lower one, and the
    evaluations spent: steps and resets."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    envs = PlacementVectorEnv(
        "Placement/Refine-v1", ENVS, scenario, autoreset_mode=AutoresetMode.SAME_STEP, start="single-device"
    )
    devices = int(envs.single_action_space.n)
    observations, infos = envs.reset(seed=seed)
    first, spent = float(infos["outcome"]["cost"][0]), ENVS
    curve = [(spent, float(np.nanmin(infos["outcome"]["value"])))]
    policy = Policy(features_of(observations, devices).shape[1], devices)
    optimiser = torch.optim.Adam(policy.parameters(), lr=RATE, eps=1e-5)
    while spent < steps:
        kept: list[list[Any]] = [[] for _ in range(7)]
        for _ in range(ROLLOUT):
            features, masks = features_of(observations, devices), torch.from_numpy(envs.action_masks())
            with torch.no_grad():
                chosen = policy.choices(features, masks)
                actions = chosen.sample()
                step = [features, masks, actions, chosen.log_prob(actions), policy.value(features).numpy()]
            observations, rewards, terminated, _, infos = envs.step(actions.numpy())
            spent += ENVS + int(terminated.sum())
            outcomes = [infos["outcome"]["value"].min()]
            if "final_info" in infos:
                outcomes += [o["value"] or np.inf for o in infos["final_info"]["outcome"] if o is not None]
            if np.nanmin(outcomes) < curve[-1][1]:
                curve.append((spent, float(np.nanmin(outcomes))))
            for part, value in zip(kept, [*step, SHARE * rewards.astype(np.float32) / first, terminated]):
                part.append(value)
        with torch.no_grad():
            last = policy.value(features_of(observations, devices)).numpy()
        features, masks, actions, old = (torch.cat(part) for part in kept[:4])
        values, rewards, ends = (np.stack(part) for part in kept[4:])
        advantages = advantages_of(rewards, values, ends, last)
        flat = [torch.from_numpy((each).reshape(-1)) for each in (advantages, advantages + values)]
        update(policy, optimiser, [features, masks, actions, old, *flat])
        print(f"{spent:>8} evaluations: best plan {curve[-1][1]:.0f} us", flush=True)
    envs.close()
    return curve, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="nmt/test/0/2xK80")
    parser.add_argument("--steps", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-most", type=float, default=np.inf, help="us; a worse best plan ends with 1")
    parser.add_argument("--curve", help="a file for the best value over evaluations, as JSON")
    given = parser.parse_args()
    curve, spent = train(given.scenario, given.steps, given.seed)
    best = curve[-1][1]
    bound = placement_gym.bound(given.scenario).best.value
    print(f"best plan {best:.0f} us of {spent} evaluations, {best / bound - 1:.2%} above the bound")
    if given.curve is not None:
        run = {"method": "ppo.py", "scenario": given.scenario, "seed": given.seed, "evaluations": spent}
        with open(given.curve, "w", encoding="utf8") as file:
            json.dump({**run, "improvements": curve}, file)
    if best > given.at_most:
        sys.exit(f"The best plan takes {best:.0f} us, expected at most {given.at_most:.0f}.")


if __name__ == "__main__":
    main()
