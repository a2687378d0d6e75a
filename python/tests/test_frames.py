"""Frames: written as the page says, read as written, refused where they are none."""

from __future__ import annotations

import io

import numpy as np
import pytest

from placement_gym import frames


def read(stream: bytes) -> tuple[frames.Fields, dict[str, frames.Array]]:
    return frames.Reader(io.BytesIO(stream)).read()


def test_a_frame_has_the_bytes_of_the_page() -> None:
    frame = frames.encode({"call": "x"}, {"a": np.array([1, 258], dtype="<i4")})
    header = b'{"call":"x","arrays":[["a","i4",[2]]]}'
    lengths = bytes([48, 0, 0, 0, len(header), 0, 0, 0])
    assert frame == lengths + header + b"\0\0" + bytes([1, 0, 0, 0, 2, 1, 0, 0])


@pytest.mark.parametrize("dtype", ["<u1", "<i4", "<f4", "<f8"])
def test_arrays_come_back_with_type_shape_and_bits(dtype: str) -> None:
    given = {"a": np.arange(6).astype(dtype).reshape(2, 3), "b": np.zeros((0, 4), dtype)}
    fields, arrays = read(frames.encode({"x": [1, None]}, given))
    assert fields == {"x": [1, None]}
    for name, array in given.items():
        assert arrays[name].dtype == array.dtype and arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()


def test_arrays_that_were_read_can_be_written_and_are_not_shared() -> None:
    frame = frames.encode({}, {"a": np.zeros(2, dtype="<f8")})
    one = read(frame)[1]["a"]
    two = read(frame)[1]["a"]
    one[0] = 5
    assert two[0] == 0


class Trickle(io.RawIOBase):
    """Gives a stream in pieces of any length, as a pipe may."""

    def __init__(self, stream: bytes, pieces: list[int]) -> None:
        self._stream, self._pieces = stream, pieces

    def readinto(self, room: memoryview) -> int:  # type: ignore[override]
        piece = self._stream[: min(len(room), self._pieces.pop(0))]
        room[: len(piece)] = piece
        self._stream = self._stream[len(piece) :]
        return len(piece)


def test_frames_of_other_lengths_follow_one_another_in_any_pieces() -> None:
    given = [np.arange(count, dtype="<i4") for count in (3, 3, 50, 2)]
    sent = [frames.encode({"n": n}, {"a": array}) for n, array in enumerate(given)]
    for length in (1, 5, 8, 9, 1000):
        pieces = [length] * 1000
        reader = frames.Reader(Trickle(b"", pieces))  # type: ignore[arg-type]
        kept = []
        for frame in sent:
            reader._stream = Trickle(frame, pieces)  # type: ignore[assignment]
            kept.append(reader.read())
        for n, (fields, arrays) in enumerate(kept):
            assert fields == {"n": n} and arrays["a"].tolist() == given[n].tolist()


def test_fields_that_were_read_are_not_shared() -> None:
    frame = frames.encode({"plan": [1]})
    read(frame)[0]["plan"].append(2)
    assert read(frame)[0] == {"plan": [1]}


def test_other_types_and_numbers_that_json_has_not_are_refused() -> None:
    with pytest.raises(TypeError, match="int16, expected u1, i4, f4, f8"):
        frames.encode({}, {"a": np.zeros(2, dtype=np.int16)})
    with pytest.raises(ValueError):
        frames.encode({"a": float("nan")})


@pytest.mark.parametrize("stream", [b"", b"\x08\0\0\0\x02\0\0\0{}", b"\x08\0\0\0\xff\0\0\0........", b"Error: no"])
def test_what_is_no_frame_is_a_frame_error(stream: bytes) -> None:
    with pytest.raises(frames.FrameError):
        read(stream)
