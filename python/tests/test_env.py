"""The single env: Gymnasium's own checks, seeds, masks, states, mistakes."""

from __future__ import annotations

import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import placement_gym
from conftest import SMALL, scenario_for

IDS = sorted(placement_gym.ENV_IDS.items())


@pytest.mark.parametrize("program_id, gymnasium_id", IDS)
def test_check_env_of_gymnasium_passes_without_a_warning(program_id: str, gymnasium_id: str) -> None:
    # check_env draws any action of the space, also where a mask rules some out.
    options = {**scenario_for(program_id), "illegal": "replace"}
    env = gymnasium.make(gymnasium_id, render_mode="ansi", **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)
    env.close()


@pytest.mark.parametrize("program_id, gymnasium_id", IDS)
def test_an_episode_of_legal_actions_stays_in_its_spaces(program_id: str, gymnasium_id: str) -> None:
    env = gymnasium.make(gymnasium_id, **scenario_for(program_id))
    observation, info = env.reset(seed=3)
    for _ in range(1000):
        assert observation in env.observation_space
        mask = info["action_mask"]
        assert mask.dtype == np.int8
        mask = tuple(mask) if mask.ndim == 2 else mask
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample(mask))
        assert isinstance(reward, float)
        if terminated or truncated:
            break
    assert terminated and not info["action_mask"].any()
    assert info["outcome"]["cost"] > 0
    env.close()


def test_spaces_map_one_to_one() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL).unwrapped
    assert list(env.observation_space.spaces) == ["current", "edges", "groups", "placement"]
    assert env.observation_space["groups"].dtype == np.float32
    assert env.observation_space["placement"].dtype == np.int32
    assert env.observation_space["current"] == gymnasium.spaces.Discrete(5, start=-1)
    assert env.names["groupColumns"][0] == "compute"
    assert gymnasium.make("placement_gym/Refine-v1", scenario=SMALL, flat=True).observation_space.dtype == np.float32


def test_the_same_seed_gives_the_same_episode_and_a_large_one_is_kept_whole() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL, start="random")
    starts = {}
    for seed in (7, 8, 2**60, 2**60 + 1):
        one, two = (env.reset(seed=seed)[0]["placement"].tolist() for _ in range(2))
        assert one == two
        starts[seed] = one
    assert len({tuple(start) for start in starts.values()}) > 1
    env.close()


def test_a_state_goes_on_as_the_env_that_was_saved() -> None:
    one, two = (gymnasium.make("placement_gym/Refine-v1", scenario=SMALL).unwrapped for _ in range(2))
    one.reset(seed=1)
    one.step(1)
    two.restore(one.state())
    assert one.plan() == two.plan()
    a, b = one.step(0), two.step(0)
    assert a[1] == b[1] and all(np.array_equal(a[0][key], b[0][key]) for key in a[0])


def test_masks_are_known_again_with_the_step_after_a_restore() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL, illegal="replace").unwrapped
    env.reset(seed=1)
    env.restore(env.state())
    with pytest.raises(ValueError, match="known after the next reset or step"):
        env.action_masks()
    env.step(1)
    assert env.action_masks().all()


def test_a_mistake_is_a_value_error_and_changes_nothing() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL).unwrapped
    with pytest.raises(ValueError, match="call reset"):
        env.step(0)
    env.reset(seed=1)
    before = env.state()
    for action in (7, -1, [0, 1], 0.5, 2**32):
        with pytest.raises(ValueError):
            env.step(action)
    assert env.state() == before
    env.close()
    env.close()


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"scenario": "nmt/tset/0/2xK80"}, "tset"),
        ({"scenario": "./graph.json"}, "a server opens none"),
        ({"scenario": SMALL, "strat": "best"}, 'Did you mean "start"'),
        ({"scenario": SMALL, "objective": "speed"}, "speed"),
        ({}, "needs the field scenario"),
    ],
)
def test_wrong_options_are_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        gymnasium.make("placement_gym/Refine-v1", **options)


def test_render_is_text_where_it_is_asked_for() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL, render_mode="ansi").unwrapped
    env.reset(seed=1)
    assert "gpu:0" in env.render()
    assert gymnasium.make("placement_gym/Refine-v1", scenario=SMALL).unwrapped.render() is None
    with pytest.raises(ValueError):
        placement_gym.PlacementEnv("Placement/Refine-v1", SMALL, render_mode="human")


def test_a_time_limit_truncates() -> None:
    env = gymnasium.make("placement_gym/Refine-v1", scenario=SMALL, time_limit=2).unwrapped
    env.reset(seed=1)
    assert env.step(0)[2:4] == (False, False)
    assert env.step(0)[2:4] == (False, True)


def test_an_illegal_action_may_be_replaced_by_the_next_legal_one() -> None:
    options = {**scenario_for("Pipeline/Cuts-v1"), "illegal": "replace"}
    env = gymnasium.make("placement_gym/Cuts-v1", **options).unwrapped
    _, info = env.reset(seed=0)
    for _ in range(4):
        mask = info["action_mask"].astype(bool)
        twin = gymnasium.make("placement_gym/Cuts-v1", **scenario_for("Pipeline/Cuts-v1")).unwrapped
        twin.reset(seed=0)
        twin.restore(env.state())
        action = int(np.flatnonzero(~mask)[0]) if not mask.all() else 0
        legal = next(a for a in [*range(action, len(mask)), *range(action)] if mask[a])
        _, reward, terminated, _, info = env.step(action)
        assert reward == twin.step(legal)[1] and env.plan() == twin.plan()
        if terminated:
            break
    assert terminated
