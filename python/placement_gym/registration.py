"""Registers the envs of the program under ids of Gymnasium: `placement_gym/Refine-v1` and others."""

from __future__ import annotations

import gymnasium

# By id of the program. A test of the program holds this to its registry.
ENV_IDS = {
    "Embedding/Tables-v1": "placement_gym/Tables-v1",
    "Hybrid/Plan-v1": "placement_gym/Plan-v1",
    "Pipeline/Assign-v1": "placement_gym/Assign-v1",
    "Pipeline/Cuts-v1": "placement_gym/Cuts-v1",
    "Placement/OneShot-v1": "placement_gym/OneShot-v1",
    "Placement/Progressive-v1": "placement_gym/Progressive-v1",
    "Placement/Refine-v1": "placement_gym/Refine-v1",
    "Provision/Types-v1": "placement_gym/Types-v1",
    "Reduction/Program-v1": "placement_gym/Program-v1",
    "Sharding/Mesh-v1": "placement_gym/Mesh-v1",
}


def register_envs() -> None:
    for program_id, gymnasium_id in ENV_IDS.items():
        if gymnasium_id not in gymnasium.registry:
            gymnasium.register(
                gymnasium_id,
                entry_point="placement_gym.env:PlacementEnv",
                vector_entry_point="placement_gym.vector:PlacementVectorEnv",
                kwargs={"env": program_id},
            )
