"""What becomes of an illegal action: it raises, or the next legal one takes its place.

Learners without masks, and Gymnasium's `check_env`, draw any action of the space. With
`illegal="replace"` the next legal action in the order of numbers is taken, the first after the last.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
from gymnasium import spaces

from .frames import Array

Replace = Callable[[Any, Array], Any]


def replacement(illegal: str, space: spaces.Space[Any]) -> Replace | None:
    """Takes an action and its row of the mask; None where illegal actions raise."""
    if illegal == "raise":
        return None
    if illegal != "replace":
        raise ValueError(f"illegal is {illegal!r}, expected 'raise' or 'replace'.")
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return lambda action, mask: start + _next_legal(int(action) - start, mask)
    assert isinstance(space, spaces.MultiDiscrete)
    ends = np.cumsum(space.nvec)
    starts = ends - space.nvec

    def replaced(action: Any, mask: Array) -> Array:
        indices = np.asarray(action) - space.start
        # Mostly nothing is to be replaced, and a loop over the parts takes longer than a step.
        if ((indices >= 0) & (indices < space.nvec)).all() and mask[starts + indices].all():
            return np.asarray(action, dtype=np.int32)
        rows = [mask[begin:end] for begin, end in zip(starts, ends)]
        chosen = [_next_legal(int(a) - int(s), row) for a, s, row in zip(action, space.start, rows)]
        return np.asarray(chosen, dtype=np.int32) + space.start

    return replaced


def _next_legal(index: int, mask: Array) -> int:
    """The index itself where it is legal, is none of the mask's, or nothing is legal."""
    if not 0 <= index < len(mask) or mask[index]:
        return index
    after = np.flatnonzero(np.roll(mask, -index))
    return index if after.size == 0 else (index + int(after[0])) % len(mask)
