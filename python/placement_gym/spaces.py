"""Spaces of the program as spaces of Gymnasium, one to one.

| program | Gymnasium | dtype |
|---|---|---|
| Box | Box; an infinite bound is the largest number | float32 |
| Discrete | Discrete | int64 |
| MultiDiscrete | MultiDiscrete | int32 |
| Dict | Dict, in the same order | |
| Names | none: names are an attribute of the env | |
"""

from __future__ import annotations

from typing import Any, Callable, Mapping

import numpy as np
from gymnasium import spaces

from .frames import Array

Arrays = Mapping[str, Array]
Read = Callable[[Arrays, int], Any]
_LARGEST = np.finfo(np.float32).max


def space_of(described: Mapping[str, Any], arrays: Arrays) -> spaces.Space[Any]:
    """The space that an answer describes; its bounds and sizes are arrays of the answer."""
    kind = described["kind"]
    if kind == "Box":
        low, high = (np.clip(arrays[described[side]], -_LARGEST, _LARGEST) for side in ("low", "high"))
        return spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)
    if kind == "Discrete":
        return spaces.Discrete(described["size"], start=described["start"])
    if kind == "MultiDiscrete":
        sizes = arrays[described["sizes"]].astype(np.int32)
        start = np.full_like(sizes, described["start"])
        return spaces.MultiDiscrete(sizes, dtype=np.int32, start=start)
    if kind == "Dict":
        parts = {
            name: space_of(part, arrays)
            for name, part in described["parts"].items()
            if part["kind"] != "Names"
        }
        return spaces.Dict(parts)
    raise ValueError(f"A space of kind {kind} is not known; install the same version of both packages.")


def names_of(described: Mapping[str, Any]) -> dict[str, list[str]]:
    """The lists of names in a space, by key: those of the columns of other parts."""
    if described["kind"] != "Dict":
        return {}
    return {key: part["names"] for key, part in described["parts"].items() if part["kind"] == "Names"}


def reader(space: spaces.Space[Any], constant: Arrays, path: str = "observation") -> Read:
    """Reads one env's observation out of the arrays of an answer; `constant` has what it lacks."""

    def leaf(part: spaces.Space[Any], name: str) -> Read:
        if name in constant:
            return lambda arrays, i: constant[name].copy()
        whole = _joined(path, name)
        if isinstance(part, spaces.Discrete):
            return lambda arrays, i: np.int64(arrays[whole][i])
        return lambda arrays, i: arrays[whole][i]

    def tree(part: spaces.Space[Any], name: str) -> Read:
        if not isinstance(part, spaces.Dict):
            return leaf(part, name)
        readers = [(key, tree(each, _joined(name, key))) for key, each in part.spaces.items()]
        return lambda arrays, i: {key: read(arrays, i) for key, read in readers}

    return tree(space, "")


def batch_reader(space: spaces.Space[Any], constant: Arrays, count: int) -> Callable[[Arrays], Any]:
    """Reads the observations of all envs, as the batched space of Gymnasium has them."""
    rows = {name: np.repeat(array[np.newaxis], count, axis=0) for name, array in constant.items()}

    def leaf(part: spaces.Space[Any], name: str) -> Callable[[Arrays], Any]:
        if name in constant:
            return lambda arrays: rows[name].copy()
        whole = _joined("observation", name)
        if isinstance(part, spaces.Discrete):
            return lambda arrays: arrays[whole].astype(np.int64)
        return lambda arrays: arrays[whole]

    def tree(part: spaces.Space[Any], name: str) -> Callable[[Arrays], Any]:
        if not isinstance(part, spaces.Dict):
            return leaf(part, name)
        readers = [(key, tree(each, _joined(name, key))) for key, each in part.spaces.items()]
        return lambda arrays: {key: read(arrays) for key, read in readers}

    return tree(space, "")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
