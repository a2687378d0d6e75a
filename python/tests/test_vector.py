"""The vector env against Gymnasium's own vector env of single envs: the slow obvious twin."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import placement_gym
from conftest import SMALL, scenario_for
from placement_gym import PlacementEnv, PlacementVectorEnv

IDS = sorted(placement_gym.ENV_IDS)


def same(a: Any, b: Any) -> None:
    """Equal in type, shape and bits; unset entries of infos are not looked at."""
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            same(a[key], b[key])
        return
    a, b = np.asarray(a), np.asarray(b)
    assert a.dtype == b.dtype and a.shape == b.shape
    assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def actions_of(vector: PlacementVectorEnv, rng: np.random.Generator) -> Any:
    """A random legal action for each env; any action where an episode is over."""
    space = vector.single_action_space
    masks = vector.action_masks()
    if isinstance(space, gymnasium.spaces.Discrete):
        return np.array([rng.choice(np.flatnonzero(mask)) if mask.any() else 0 for mask in masks])
    rows = masks.reshape(len(masks), len(space.nvec), -1)
    return np.array(
        [[rng.choice(np.flatnonzero(part)) if part.any() else 0 for part in row] for row in rows], dtype=np.int32
    )


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("env", IDS)
def test_it_answers_as_single_envs_in_a_vector_of_gymnasium(env: str, mode: AutoresetMode) -> None:
    options = scenario_for(env)
    ours = PlacementVectorEnv(env, 3, autoreset_mode=mode, **options)
    twin = SyncVectorEnv([lambda: PlacementEnv(env, **options)] * 3, autoreset_mode=mode)
    assert ours.observation_space == twin.observation_space
    assert ours.action_space == twin.action_space
    rng = np.random.default_rng(1)
    got, expected = ours.reset(seed=5), twin.reset(seed=5)
    same(got[0], expected[0])
    same(got[1]["action_mask"], expected[1]["action_mask"].reshape(3, -1))
    for _ in range(15):
        actions = actions_of(ours, rng)
        got, expected = ours.step(actions), twin.step(actions)
        for mine, theirs in zip(got[:4], expected[:4]):
            same(mine, theirs)
        infos, their = got[4], expected[4]
        same(infos["action_mask"], their["action_mask"].reshape(3, -1))
        assert infos.keys() == their.keys()
        if "outcome" in their:
            which = their["_outcome"]
            same(infos["_outcome"], which)
            same(infos["outcome"]["cost"][which], their["outcome"]["cost"][which])
        if "final_obs" in their:
            which = their["_final_obs"]
            same(infos["_final_obs"], which)
            for i in np.flatnonzero(which):
                same(infos["final_obs"][i], their["final_obs"][i])
                same(infos["final_info"]["action_mask"][i], their["final_info"]["action_mask"][i].ravel())
        ended = got[2] | got[3]
        if mode == AutoresetMode.DISABLED and ended.any():
            reset = {"reset_mask": ended}
            same(ours.reset(options=dict(reset))[0], twin.reset(options=dict(reset))[0])
    ours.close()
    twin.close()


def test_seeds_may_be_given_for_each_env() -> None:
    vector = PlacementVectorEnv("Placement/Refine-v1", 3, SMALL, start="random")
    whole = vector.reset(seed=10)[0]["placement"]
    assert np.array_equal(vector.reset(seed=[10, 11, 12])[0]["placement"], whole)
    assert np.array_equal(vector.reset(seed=[10, "11", None])[0]["placement"][:2], whole[:2])
    with pytest.raises(ValueError, match="seeds has 2 entries for 3 envs"):
        vector.reset(seed=[1, 2])
    vector.close()


def test_make_vec_of_gymnasium_makes_it() -> None:
    vector = gymnasium.make_vec(
        "placement_gym/Refine-v1", num_envs=4, vectorization_mode="vector_entry_point", scenario=SMALL
    )
    assert isinstance(vector.unwrapped, PlacementVectorEnv)
    vector.reset(seed=0)
    assert vector.step(np.zeros(4, dtype=np.int64))[1].shape == (4,)
    vector.close()


def test_answers_of_earlier_steps_stay_as_they_are() -> None:
    vector = PlacementVectorEnv("Placement/Refine-v1", 2, SMALL)
    first = vector.reset(seed=0)[0]
    kept = {key: value.copy() for key, value in first.items()}
    vector.step([1, 1])
    same(first, kept)
    vector.close()


def test_a_state_goes_on_as_the_vector_that_was_saved() -> None:
    one, two = (PlacementVectorEnv("Placement/Refine-v1", 2, SMALL) for _ in range(2))
    one.reset(seed=4)
    one.step([1, 0])
    two.restore(one.state())
    for mine, theirs in zip(one.step([0, 1])[:4], two.step([0, 1])[:4]):
        same(mine, theirs)


def test_some_envs_are_reset_beside_what_the_others_show() -> None:
    vector = PlacementVectorEnv("Placement/Refine-v1", 3, SMALL, autoreset_mode=AutoresetMode.DISABLED)
    with pytest.raises(ValueError, match="all must have been reset"):
        vector.reset(options={"reset_mask": np.array([True, False, False])})
    first = vector.reset(seed=1)[0]
    shown = {key: value.copy() for key, value in vector.step([1, 1, 1])[0].items()}
    first["placement"][:] = 0  # the caller's own
    some, infos = vector.reset(seed=1, options={"reset_mask": np.array([False, True, False])})
    for row in (0, 2):
        same({key: value[row] for key, value in some.items()}, {key: value[row] for key, value in shown.items()})
    assert some["current"].tolist() == [1, 0, 1]
    assert infos["_outcome"].tolist() == [False, True, False]
    state = vector.state()
    vector.restore(state)
    with pytest.raises(ValueError, match="all must have been reset"):
        vector.reset(options={"reset_mask": np.array([True, False, False])})
    vector.close()


def test_after_a_restore_masks_are_known_again_with_the_next_step() -> None:
    for illegal in ("raise", "replace"):
        vector = PlacementVectorEnv("Placement/Refine-v1", 2, SMALL, illegal=illegal)
        vector.reset(seed=1)
        vector.restore(vector.state())
        with pytest.raises(ValueError, match="known after the next reset or step"):
            vector.action_masks()
        vector.step([0, 1])
        assert vector.action_masks().all()
        vector.close()
