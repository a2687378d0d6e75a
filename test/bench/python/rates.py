"""Steps a second through Python against the TypeScript of one process, policy excluded.

    python test/bench/python/rates.py [--envs 64] [--steps 100] [--rounds 7] [--only Progressive]

Both step the same vector of envs by the same actions, drawn before, in turns; that they are paid the
same is checked. Steps a second are those of the best round of each. The ratio in CPU time is that of
all processes, over all rounds but the first two, in which programs are still compiled; beside it is
that of the best rounds. On a busy machine the first of them says most: garbage is collected in some
rounds and not in others. The round trip is one step of a single env, by the same actions as in
TypeScript, whose step is a part of it.
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

from placement_gym import ENV_IDS, PlacementEnv, PlacementVectorEnv
from placement_gym.process import shared

ROOT = Path(__file__).resolve().parents[3]
COMPILING = 2
TRIP_ROUNDS = 5
# Of a row; a slow env has fewer rounds then.
MOST_SECONDS = 60
RENTED = "ctr-dnn/4xV100-rented?granularity=layer&objective=cost&samples=1e9&samplesPerSecond=8e6"
ROWS = [
    ("Placement/Refine-v1", "nmt/train/0/2xK80", None),
    ("Placement/Refine-v1", "nmt/test/2/4xP100", None),
    ("Placement/Progressive-v1", "nmt/train/0/2xK80", None),
    ("Placement/OneShot-v1", "nmt/train/0/2xK80", None),
    ("Pipeline/Cuts-v1", "nmt/train/1/4xP100", "iteration"),
    ("Pipeline/Assign-v1", "nmt/train/0/2xK80", "iteration"),
    ("Provision/Types-v1", RENTED, None),
    ("Sharding/Mesh-v1", "alexnet/2xP100", "iteration"),
    ("Hybrid/Plan-v1", "gpt2-124m/4xP100?layers=2", "iteration"),
    ("Embedding/Tables-v1", "dlrm-kaggle/4xP100?batch=256", "iteration"),
    ("Rewrite/Graph-v1", "alexnet/2xP100?phase=inference", "rewritten"),
    ("Reduction/Program-v1", "alexnet/2x2xV100", "iteration"),
]


def cpu_us(*pids: int) -> float:
    """CPU time of all threads of the processes; the ticks of `stat` are too coarse for a round."""
    spent = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e3


class Twin:
    """The same vector in TypeScript, in a process of its own."""

    def __init__(self, **asked: Any) -> None:
        program = ["npx", "tsx", "test/bench/python/rates.ts", json.dumps(asked)]
        self._child = subprocess.Popen(
            program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        told = self._line()
        self.seeds: list[int] = told["seeds"]
        self.actions = [np.array(each, dtype=np.int32) for each in told["actions"]]

    def round(self) -> dict[str, float]:
        assert self._child.stdin is not None
        self._child.stdin.write("\n")
        self._child.stdin.flush()
        return self._line()

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()

    def _line(self) -> Any:
        assert self._child.stdout is not None
        return json.loads(self._child.stdout.readline())


def played(vector: PlacementVectorEnv, twin: Twin) -> dict[str, float]:
    vector.reset(seed=twin.seeds)
    processes = (os.getpid(), shared().pid)
    paid = []
    cpu, start = cpu_us(*processes), time.perf_counter()
    for action in twin.actions:
        paid.append(vector.step(action)[1])
    steps = vector.num_envs * len(twin.actions)
    wall = (time.perf_counter() - start) * 1e6
    spent = cpu_us(*processes) - cpu
    return {"wallUs": wall / steps, "cpuUs": spent / steps, "reward": sum(np.concatenate(paid).tolist())}


def row(env: str, scenario: str, objective: str | None, envs: int, steps: int, rounds: int) -> str:
    twin = Twin(env=env, scenario=scenario, objective=objective, envs=envs, steps=steps)
    vector = PlacementVectorEnv(env, envs, scenario, objective=objective)
    theirs, ours = [], []
    end = time.monotonic() + MOST_SECONDS
    for done in range(rounds):
        if time.monotonic() > end and done > 2 * COMPILING:
            break
        theirs.append(twin.round())
        ours.append(played(vector, twin))
    twin.close()
    vector.close()
    assert {each["reward"] for each in theirs} == {each["reward"] for each in ours}, env
    wall_ts, wall_py = (min(each["wallUs"] for each in side) for side in (theirs, ours))
    best_ts, best_py = (min(each["cpuUs"] for each in side) for side in (theirs, ours))
    all_ts, all_py = (sum(each["cpuUs"] for each in side[COMPILING:]) for side in (theirs, ours))
    return (
        f"| `{env}` | {named(scenario)} | {1e6 / wall_ts:,.0f} | {1e6 / wall_py:,.0f} "
        f"| {all_ts / all_py:.2f} | {best_ts / best_py:.2f} |"
    )


def named(scenario: str) -> str:
    return f"`{scenario.split('?')[0]}`"


def round_trip(env: str, scenario: str, objective: str | None, count: int) -> str:
    """Of a single env, beside the same steps in TypeScript; the best of the rounds' medians."""
    twin = Twin(env=env, scenario=scenario, objective=objective, envs=1, steps=count)
    played = PlacementEnv(env, scenario, objective=objective)
    inside, whole, least = [], [], []
    for _ in range(TRIP_ROUNDS):
        inside.append(twin.round()["medianUs"])
        trips = trips_of(played, twin)
        whole.append(np.median(trips))
        least.append(min(trips))
    twin.close()
    played.close()
    trip, own = min(whole), min(inside)
    return f"| `{env}` | {named(scenario)} | {trip:.0f} | {min(least):.0f} | {own:.0f} | {trip - own:.0f} |"


def trips_of(played: PlacementEnv, twin: Twin) -> list[float]:
    played.reset(seed=twin.seeds[0])
    ended = False
    trips = []
    for (action,) in twin.actions:
        if ended:  # The twin begins an episode by the action behind one.
            played.reset()
            ended = False
            continue
        start = time.perf_counter()
        ended = played.step(action)[2]
        trips.append((time.perf_counter() - start) * 1e6)
    return trips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7, help=f"at most {COMPILING} leave the vectors out")
    parser.add_argument("--trips", type=int, default=500)
    parser.add_argument("--only", default="", help="part of the ids of the envs that are measured")
    given = parser.parse_args()
    assert {env for env, _, _ in ROWS} == set(ENV_IDS), "an env of the registry has no row"
    rows = [each for each in ROWS if given.only in each[0]]
    if given.rounds > COMPILING:
        print("| env | scenario | TypeScript, steps/s | Python, steps/s | ratio in CPU time | of the best rounds |")
        print("|---|---|---:|---:|---:|---:|")
        for each in rows:
            print(row(*each, given.envs, given.steps, given.rounds), flush=True)
    print("\n| env | scenario | median, us | least, us | of it the step in TypeScript | beyond it |")
    print("|---|---|---:|---:|---:|---:|")
    for each in rows:
        print(round_trip(*each, given.trips), flush=True)


main()
