"""`Submission`: a method in Python, entered in the leaderboard.

The program scores every plan under a meter of the budget, so that value, curve and counts are its
own. What the method simulates by itself it must count with `Cell.passes`. The folder is the run of
an evaluation: `placement-gym leaderboard verify FOLDER` checks it and `add FOLDER` enters it.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import numpy as np

from .env import PlacementEnv
from .frames import Array, Fields
from .functions import _plan
from .process import Process, shared
from .registration import ENV_IDS
from .vector import PlacementVectorEnv

_PROGRAM_IDS = {gymnasium_id: program_id for program_id, gymnasium_id in ENV_IDS.items()}


@dataclass
class Cell:
    """One scenario with one seed. Evaluations past the budget raise `BudgetExhausted`."""

    scenario: str
    seed: int
    number: int
    _process: Process = field(repr=False)

    def env(self, id: str, **options: Any) -> PlacementEnv:
        """An env whose evaluations are charged to the cell; an id of Gymnasium or of the program."""
        return PlacementEnv(_PROGRAM_IDS.get(id, id), cell=self.number, process=self._process, **options)

    def vector_env(self, id: str, num_envs: int, **options: Any) -> PlacementVectorEnv:
        return PlacementVectorEnv(
            _PROGRAM_IDS.get(id, id), num_envs, cell=self.number, process=self._process, **options
        )

    def evaluate(self, plan: Mapping[str, Any] | Array | None = None, *, groups: Array | None = None) -> Fields:
        """Scores a plan: `feasible`, `value`, `cost`, and what is spent and left of the budget."""
        extra, arrays = _plan(plan, groups)
        return dict(self._process.call({"call": "evaluate", "cell": self.number, **extra}, arrays)[0])

    def passes(self, count: int) -> Fields:
        """Counts simulations that the method made by itself."""
        return dict(self._process.call({"call": "pass", "cell": self.number, "passes": count})[0])


class Submission:
    """Plays the cells of a track and writes the run."""

    def __init__(
        self,
        folder: str | Path,
        *,
        track: str,
        simulations: int,
        method_file: str | Path,
        name: str,
        trained_on: Sequence[str] = (),
        seed: int = 0,
        process: Process | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._process = process or shared()
        source = Path(method_file)
        answer, _ = self._process.call(
            {
                "call": "submit",
                "track": track,
                "simulations": simulations,
                "method": f"./{source.name}",
                "methodName": name,
                "methodSha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                "trainedOn": list(trained_on),
                "seed": seed,
                "versions": {"python": platform.python_version(), "numpy": np.__version__},
            }
        )
        self.scenarios: list[str] = answer["scenarios"]
        self.seeds: int = answer["seeds"]

    def cells(self) -> Iterator[Cell]:
        """Every cell once, by scenario and then by seed. A cell is finished when the next is asked for."""
        for index, _ in enumerate(self.scenarios):
            for seed in range(self.seeds):
                request = {"call": "beginCell", "scenarioIndex": index, "seedIndex": seed}
                begun, _ = self._process.call(request)
                cell = Cell(begun["scenario"], seed, begun["cell"], self._process)
                yield cell
                self._process.call({"call": "finishCell", "cell": cell.number})

    def write(self) -> Path:
        """Writes `run.json` and `report.json` of the finished cells, and answers the folder."""
        _, files = self._process.call({"call": "run"})
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("run.json", "report.json"):
            part = self.folder / f"{name}.part"
            part.write_bytes(files[name].tobytes())
            part.replace(self.folder / name)
        return self.folder
