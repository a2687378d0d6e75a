"""A submission is a run that the board takes, and its cells are charged."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import placement_gym
from placement_gym import BudgetExhausted, Submission

ROOT = Path(os.environ.get("PLACEMENT_GYM_ROOT", Path(__file__).resolve().parents[2]))


def submission(folder: Path) -> Submission:
    method = folder / "mine.py"
    method.write_text("# the method\n")
    return Submission(folder / "run", track="latency", simulations=100, method_file=method, name="Mine")


def test_the_board_accepts_what_it_writes(tmp_path: Path) -> None:
    mine = submission(tmp_path)
    for cell in mine.cells():
        info = placement_gym.scenario(cell.scenario, objective="latency")
        for device in range(len(info.devices)):
            try:
                cell.evaluate(np.full(len(info.ops), device))
            except ValueError:
                continue
    folder = mine.write()
    program = ["node", "cli/bin.js", "leaderboard", "verify", str(folder)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_envs_of_a_cell_are_charged_until_the_budget_is_spent(tmp_path: Path) -> None:
    cell = next(submission(tmp_path).cells())
    assert cell.passes(98)["remaining"] == 2
    env = cell.env("placement_gym/Refine-v1")
    _, info = env.reset(seed=0)
    _, _, _, _, info = env.step(int(np.flatnonzero(info["action_mask"])[0]))
    with pytest.raises(BudgetExhausted, match="The budget of simulations is spent"):
        env.step(int(np.flatnonzero(info["action_mask"])[0]))
