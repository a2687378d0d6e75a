"""Episodes of Python and of TypeScript are the same, byte for byte.

`test/bench/python/episodes.ts` plays random episodes by the env itself, with no frames between, and
tells seeds, actions and a digest of all bytes. Python plays the same actions. A quick run plays 12
episodes of each env; PLACEMENT_GYM_EPISODES=1000 plays that many over all envs.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import placement_gym
from conftest import RENTED
from placement_gym import PlacementEnv

ROOT = Path(os.environ.get("PLACEMENT_GYM_ROOT", Path(__file__).resolve().parents[2]))
EPISODES = int(os.environ.get("PLACEMENT_GYM_EPISODES", "72"))

SCENARIOS = {
    "Embedding/Tables-v1": ("dlrm-kaggle/4xP100?batch=256", "iteration"),
    "Hybrid/Plan-v1": ("gpt2-124m/4xP100?layers=2", "iteration"),
    "Pipeline/Assign-v1": ("nmt/train/0/2xK80", "iteration"),
    "Pipeline/Cuts-v1": ("nmt/train/1/4xP100", "iteration"),
    "Placement/OneShot-v1": ("nmt/test/0/2xK80", None),
    "Placement/Progressive-v1": ("inception-v3/2xP100", None),
    "Placement/Refine-v1": ("nmt/train/0/2xK80", None),
    "Provision/Types-v1": (RENTED, None),
    "Reduction/Program-v1": ("alexnet/2x2xV100", "iteration"),
    "Sharding/Mesh-v1": ("alexnet/2xP100", "iteration"),
}


def digest_of(env: PlacementEnv, seed: int, actions: list[Any]) -> str:
    digest = hashlib.sha256()

    def add(observation: Any, info: Any) -> None:
        for value in observation.values():
            digest.update(np.asarray(value, dtype="<i4" if np.ndim(value) == 0 else None).tobytes())
        digest.update(np.asarray(info["action_mask"]).tobytes())
        digest.update(struct.pack("<d", info["outcome"]["cost"] if "outcome" in info else -1.0))

    add(*env.reset(seed=seed))
    for action in actions:
        observation, reward, terminated, truncated, info = env.step(action)
        add(observation, info)
        digest.update(struct.pack("<dBB", reward, terminated, truncated))
    return digest.hexdigest()


@pytest.mark.parametrize("env", sorted(placement_gym.ENV_IDS))
def test_the_same_seed_and_actions_give_the_same_bytes(env: str) -> None:
    scenario, objective = SCENARIOS[env]
    share = -(-EPISODES // len(SCENARIOS))
    asked = {"env": env, "scenario": scenario, "objective": objective, "episodes": share}
    program = ["npx", "tsx", "test/bench/python/episodes.ts", json.dumps(asked)]
    lines = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == share
    played = PlacementEnv(env, scenario, objective=objective)
    for line in lines:
        told = json.loads(line)
        assert digest_of(played, told["seed"], told["actions"]) == told["sha256"], told["seed"]
    played.close()
