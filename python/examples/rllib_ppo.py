"""PPO of RLlib on Refine, with action masks and two workers that play at once.

    pip install ./python torch "ray[rllib]"
    python python/examples/rllib_ppo.py [--scenario nmt/test/0/2xK80] [--steps 80000] [--seed 0]

Each worker is a process of Ray with four envs, which share one process of Node. The learner is in
this process. The curve has a point for each iteration, since the workers tell what they met at its
end.
"""

from __future__ import annotations

import logging
from typing import Any

import gymnasium
import numpy as np
import ray
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule

from refine import Features, Record, arguments, finish

WORKERS, ENVS, BATCH = 2, 4, 2048


class Masked(gymnasium.Wrapper[Any, Any, Any, Any]):
    """The observation as RLlib's module for masks wants it: numbers and mask in one dictionary."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(Features(options["scenario"], Record()))
        self.record = self.env.record
        self.observation_space = gymnasium.spaces.Dict(
            {
                "action_mask": gymnasium.spaces.Box(0.0, 1.0, (int(self.env.action_space.n),), np.float32),
                "observations": self.env.observation_space,
            }
        )

    def reset(self, **options: Any) -> tuple[Any, dict[str, Any]]:
        observation, info = self.env.reset(**options)
        return self._masked(observation), info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._masked(observation), reward, terminated, truncated, info

    def _masked(self, observation: Any) -> dict[str, Any]:
        return {"action_mask": self.env.action_masks().astype(np.float32), "observations": observation}


def records_of(runner: Any) -> list[tuple[int, float]]:
    """What each env of a worker has spent and the best that it met."""
    return [(env.get_wrapper_attr("record").spent, env.get_wrapper_attr("record").best) for env in runner.env.unwrapped.envs]


def main() -> None:
    given = arguments(__doc__)
    torch.set_num_threads(1)
    ray.init(num_cpus=WORKERS + 1, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    config = (
        PPOConfig()
        .environment(Masked, env_config={"scenario": given.scenario})
        .env_runners(num_env_runners=WORKERS, num_envs_per_env_runner=ENVS)
        .training(
            train_batch_size_per_learner=BATCH,
            minibatch_size=512,
            num_epochs=4,
            gamma=0.95,
            lambda_=0.95,
            lr=2e-3,
            grad_clip=0.5,
            use_kl_loss=False,
            vf_clip_param=1e6,
        )
        .rl_module(
            rl_module_spec=RLModuleSpec(
                module_class=ActionMaskingTorchRLModule,
                model_config=DefaultModelConfig(fcnet_hiddens=[64, 64], fcnet_activation="tanh", vf_share_layers=False),
            )
        )
        .debugging(seed=given.seed)
    )
    algorithm = config.build_algo()
    record = Record()
    while record.spent < given.steps:
        algorithm.train()
        met = [env for runner in algorithm.env_runner_group.foreach_env_runner(records_of, local_env_runner=False) for env in runner]
        record.spent = sum(spent for spent, _ in met)
        record.met(min(best for _, best in met))
    algorithm.stop()
    ray.shutdown()
    finish("rllib_ppo.py", given, record)


if __name__ == "__main__":
    main()
