"""Frames: written as the page says, read as written, refused where they are none."""

from __future__ import annotations

import io

import numpy as np
import pytest

from placement_gym import frames


def test_a_frame_has_the_bytes_of_the_page() -> None:
    frame = frames.encode({"call": "x"}, {"a": np.array([1, 258], dtype="<i4")})
    header = b'{"call":"x","arrays":[["a","i4",[2]]]}'
    lengths = bytes([48, 0, 0, 0, len(header), 0, 0, 0])
    assert frame == lengths + header + b"\0\0" + bytes([1, 0, 0, 0, 2, 1, 0, 0])


@pytest.mark.parametrize("dtype", ["<u1", "<i4", "<f4", "<f8"])
def test_arrays_come_back_with_type_shape_and_bits(dtype: str) -> None:
    given = {"a": np.arange(6).astype(dtype).reshape(2, 3), "b": np.zeros((0, 4), dtype)}
    fields, arrays = frames.read(io.BytesIO(frames.encode({"x": [1, None]}, given)))
    assert fields == {"x": [1, None]}
    for name, array in given.items():
        assert arrays[name].dtype == array.dtype and arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()


def test_arrays_that_were_read_can_be_written_and_are_not_shared() -> None:
    frame = frames.encode({}, {"a": np.zeros(2, dtype="<f8")})
    one = frames.read(io.BytesIO(frame))[1]["a"]
    two = frames.read(io.BytesIO(frame))[1]["a"]
    one[0] = 5
    assert two[0] == 0


def test_fields_that_were_read_are_not_shared() -> None:
    frame = frames.encode({"plan": [1]})
    frames.read(io.BytesIO(frame))[0]["plan"].append(2)
    assert frames.read(io.BytesIO(frame))[0] == {"plan": [1]}


def test_other_types_and_numbers_that_json_has_not_are_refused() -> None:
    with pytest.raises(TypeError, match="int16, expected u1, i4, f4, f8"):
        frames.encode({}, {"a": np.zeros(2, dtype=np.int16)})
    with pytest.raises(ValueError):
        frames.encode({"a": float("nan")})


@pytest.mark.parametrize("stream", [b"", b"\x08\0\0\0\x02\0\0\0{}", b"\x08\0\0\0\xff\0\0\0........", b"Error: no"])
def test_what_is_no_frame_is_a_frame_error(stream: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(stream))
