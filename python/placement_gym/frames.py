"""Frames: the messages of the protocol (docs/python.md). A prefix of 8 bytes, a JSON header, arrays.

Nothing is pickled. Arrays are raw and little-endian, and those that are read are views of one buffer
that is theirs alone.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, BinaryIO, Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Fields = dict[str, Any]

_PREFIX = struct.Struct("<II")
_ALIGNMENT = 8
_TYPES: dict[str, np.dtype[Any]] = {
    "u1": np.dtype("<u1"),
    "i4": np.dtype("<i4"),
    "f4": np.dtype("<f4"),
    "f8": np.dtype("<f8"),
}
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
_KEPT_HEADERS = 64
_LARGEST_RECORD = 2**31 - 1
_PADS = [b"\0" * n for n in range(_ALIGNMENT)]

# Headers repeat from step to step, so they are kept as parsed, with what finds the arrays of a body.
_Layout = tuple[Fields, Callable[[Array], dict[str, Array]]]
_kept: dict[bytes, _Layout] = {}


# Name, type, shape, offset.
_Part = tuple[str, np.dtype[Any], tuple[int, ...], int]


class FrameError(RuntimeError):
    """A frame that is none: the other side ended, or is no placement-gym."""


def encode(fields: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> bytes:
    """The bytes of a frame. Arrays are converted to one of the four types of the protocol."""
    listed = []
    parts: list[bytes] = []
    for name, given in (arrays or {}).items():
        array = np.ascontiguousarray(given)
        kind = _NAMES.get(array.dtype)
        if kind is None:
            raise TypeError(f"Array {name!r} is of type {array.dtype}, expected {', '.join(_TYPES)}.")
        listed.append([name, kind, list(np.shape(given))])
        parts.append(array.tobytes())
    head = {**fields, "arrays": listed} if listed else dict(fields)
    header = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    return joined(header, parts)


def whole_numbers(given: Any, what: str) -> Array:
    """Entries of 32 bits. Raises ValueError where some are no whole numbers or do not fit."""
    array = np.asarray(given)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{what} are of type {array.dtype}, expected whole numbers.")
    whole = array.astype("<i4")
    if array.dtype.itemsize > 4 and np.count_nonzero(whole != array):
        raise ValueError(f"{what} hold {array.flat[(whole != array).argmax()]}, expected 32 bits at most.")
    return whole


def joined(header: bytes, parts: list[bytes]) -> bytes:
    """A frame of a header that is written and of arrays that are bytes."""
    padded = [header + _pad(len(header))]
    padded += [part + _pad(len(part)) for part in parts]
    body = b"".join(padded)
    return _PREFIX.pack(len(body), len(header)) + body


class Reader:
    """Reads the frames of a stream that has no byte more until the next request.

    A frame is mostly as long as the one before it, so that one read has the whole.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._likely = _PREFIX.size

    def read(self) -> tuple[Fields, dict[str, Array]]:
        """The next frame. Raises `FrameError` where the stream ends before it."""
        room = np.empty(self._likely, dtype=np.uint8)
        filled = self._fill(room, 0, _PREFIX.size)
        body_bytes, header_bytes = _PREFIX.unpack_from(room.data)
        if header_bytes > body_bytes:
            raise FrameError("The answer is no frame of placement-gym.")
        whole = _PREFIX.size + body_bytes
        if whole > len(room):
            larger = np.empty(whole, dtype=np.uint8)
            larger[:filled] = room[:filled]
            room = larger
        self._fill(room, filled, whole)
        self._likely = whole
        return decode(room[_PREFIX.size : whole], header_bytes)

    def _fill(self, room: Array, filled: int, least: int) -> int:
        """Reads until so many bytes are there; answers how many are."""
        view = room.data
        while filled < least:
            got = self._stream.readinto(view[filled:])  # type: ignore[attr-defined]
            if not got:
                raise FrameError("The process of placement-gym ended.")
            filled += got
        return filled


def decode(body: Array, header_bytes: int) -> tuple[Fields, dict[str, Array]]:
    """The header and the arrays of a body; the arrays are views of the body and can be written."""
    header = body[:header_bytes].tobytes()
    layout = _kept.get(header)
    if layout is None:
        layout = _layout(header)
        # Lists and objects of an answer belong to the caller, who may change them.
        if not any(isinstance(value, (list, dict)) for value in layout[0].values()):
            if len(_kept) >= _KEPT_HEADERS:
                _kept.clear()
            _kept[header] = layout
    fields, arrays_of = layout
    return fields, arrays_of(body)


def _layout(header: bytes) -> _Layout:
    try:
        fields = json.loads(header)
        listed = fields.pop("arrays", [])
        offset = len(header) + len(_pad(len(header)))
        parts: list[_Part] = []
        for name, kind, shape in listed:
            parts.append((name, _TYPES[kind], tuple(shape), offset))
            nbytes = math.prod(shape) * _TYPES[kind].itemsize
            offset += nbytes + len(_pad(nbytes))
        return fields, _finder(parts, offset)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FrameError("The answer is no frame of placement-gym.") from error


def _finder(parts: list[_Part], nbytes: int) -> Callable[[Array], dict[str, Array]]:
    if nbytes > _LARGEST_RECORD:
        return lambda body: {name: np.ndarray(shape, dtype, body, at) for name, dtype, shape, at in parts}
    # Fields of a record: numpy makes them faster than arrays over a buffer.
    names = [name for name, *_ in parts]
    record = np.dtype(
        {
            "names": names,
            "formats": [(dtype, shape) for _, dtype, shape, _ in parts],
            "offsets": [at for *_, at in parts],
            "itemsize": nbytes,
        }
    )

    def find(body: Array) -> dict[str, Array]:
        whole = np.ndarray((), record, body)
        return {name: whole[name] for name in names}

    return find


def _pad(length: int) -> bytes:
    return _PADS[-length % _ALIGNMENT]
