"""Steps a second through Python against the TypeScript of one process, policy excluded.

    python test/bench/python/rates.py [--envs 64] [--steps 100] [--rounds 7]

Both step the same vector by actions drawn before, in turns. A row has the best round of each, in
wall time and in CPU time of all processes: on a busy machine only the ratio of CPU times says much.
The round trip is one step of a single env, its simulation included: median and least.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from placement_gym import PlacementEnv, PlacementVectorEnv
from placement_gym.process import shared

ROOT = Path(__file__).resolve().parents[3]
ROWS = [
    ("Placement/Refine-v1", "nmt/train/0/2xK80"),
    ("Placement/Refine-v1", "nmt/test/2/4xP100"),
    ("Placement/Progressive-v1", "nmt/train/0/2xK80"),
    ("Placement/OneShot-v1", "nmt/train/0/2xK80"),
]


def cpu_us(pid: int) -> float:
    """User and system time of all threads of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e6


def actions_of(vector: Any, steps: int, envs: int) -> list[Any]:
    rng = np.random.default_rng(0)
    space = vector.single_action_space
    high = space.nvec if hasattr(space, "nvec") else space.n
    shape = (envs, *space.shape)
    return [rng.integers(0, high, size=shape, dtype=np.int32) for _ in range(steps)]


def row(env: str, scenario: str, envs: int, steps: int, rounds: int) -> str:
    asked = json.dumps({"env": env, "scenario": scenario, "envs": envs, "steps": steps})
    program = ["npx", "tsx", "test/bench/python/rates.ts", asked]
    twin = subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert twin.stdin is not None and twin.stdout is not None
    vector = PlacementVectorEnv(env, envs, scenario)
    vector.reset(seed=0)
    actions = actions_of(vector, steps, envs)
    ours, theirs = [], []
    for _ in range(rounds):
        twin.stdin.write("\n")
        twin.stdin.flush()
        theirs.append(json.loads(twin.stdout.readline()))
        cpu, start = cpu_us(os.getpid()) + cpu_us(shared().pid), time.perf_counter()
        for action in actions:
            vector.step(action)
        wall = (time.perf_counter() - start) * 1e6
        spent = cpu_us(os.getpid()) + cpu_us(shared().pid) - cpu
        ours.append({"wallUs": wall / envs / steps, "cpuUs": spent / envs / steps})
    twin.stdin.close()
    twin.wait()
    vector.close()
    least = {side: {key: min(each[key] for each in found) for key in ("wallUs", "cpuUs")}
             for side, found in (("ts", theirs), ("py", ours))}
    ts, py = least["ts"], least["py"]
    return (
        f"| {env} | {scenario} | {1e6 / ts['wallUs']:,.0f} | {1e6 / py['wallUs']:,.0f} "
        f"| {ts['wallUs'] / py['wallUs']:.2f} | {ts['cpuUs'] / py['cpuUs']:.2f} |"
    )


def round_trip(env: str, scenario: str, count: int) -> str:
    played = PlacementEnv(env, scenario, illegal="replace")
    _, info = played.reset(seed=0)
    trips = []
    for _ in range(count):
        start = time.perf_counter()
        _, _, terminated, _, info = played.step(0)
        trips.append((time.perf_counter() - start) * 1e6)
        if terminated:
            played.reset()
    played.close()
    return f"| {env} | {scenario} | {np.median(trips):.0f} | {min(trips):.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print("| env | scenario | TypeScript, steps/s | Python, steps/s | ratio | ratio in CPU time |")
    print("|---|---|---:|---:|---:|---:|")
    for env, scenario in ROWS:
        print(row(env, scenario, given.envs, given.steps, given.rounds), flush=True)
    print("\n| env | scenario | round trip, us | least, us |")
    print("|---|---|---:|---:|")
    for env, scenario in (ROWS[2], ROWS[0]):
        print(round_trip(env, scenario, 2000), flush=True)


main()
