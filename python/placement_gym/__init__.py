"""placement-gym in Python: environments of Gymnasium over the simulator in Node (docs/python.md).

    import gymnasium, placement_gym
    env = gymnasium.make("placement_gym/Refine-v1", scenario="nmt/train/0/2xK80")
"""

from .env import PlacementEnv
from .functions import (
    Bound,
    Bounds,
    Explanation,
    ScenarioInfo,
    Score,
    Solution,
    bound,
    explain,
    scenario,
    simulate,
    solve,
)
from .node import NodeError
from .process import BudgetExhausted, Process, close
from .registration import ENV_IDS, register_envs
from .submission import Cell, Submission
from .vector import PlacementVectorEnv

__version__ = "0.1.0"

__all__ = [
    "ENV_IDS",
    "Bound",
    "Bounds",
    "BudgetExhausted",
    "Cell",
    "Explanation",
    "NodeError",
    "PlacementEnv",
    "PlacementVectorEnv",
    "Process",
    "ScenarioInfo",
    "Score",
    "Solution",
    "Submission",
    "bound",
    "close",
    "explain",
    "scenario",
    "simulate",
    "solve",
]

register_envs()
