"""The process of placement-gym: started here, spoken to in frames, and ended with its parent.

One process serves all envs of a Python process. It hears the end of its parent by the end of stdin,
also where the parent was killed. A forked child gets a process of its own.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import tempfile
import threading
from types import ModuleType
from typing import IO, Any, Mapping

from . import frames
from .frames import Array, Fields, FrameError
from .node import NodeError, age_sentence, command

try:
    import fcntl as _fcntl

    fcntl: ModuleType | None = _fcntl
except ImportError:  # Windows
    fcntl = None

PROTOCOL = 2
_END_SECONDS = 5.0
_PIPE_BYTES = 1024 * 1024


class BudgetExhausted(RuntimeError):
    """The budget of a submission's cell is spent."""


class Process:
    """A running `placement-gym serve --over stdio`. Calls of several threads take turns."""

    def __init__(self, argv: list[str] | None = None) -> None:
        self._argv = argv or command()
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._why: str | None = None
        self._dropped: list[int] = []
        # A file without a name: nobody need read it for the process to go on, and it leaves nothing.
        self._notes: IO[bytes] = tempfile.TemporaryFile()
        try:
            self._child = subprocess.Popen(
                [*self._argv, "serve", "--over", "stdio"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._notes,
                bufsize=0,
                # It ends with this process, also where that ends before the program has started.
                env={**os.environ, "PLACEMENT_GYM_PARENT": str(os.getpid())},
            )
        except OSError as error:
            self._notes.close()
            raise NodeError(f'"{self._argv[0]}" could not be started: {error}.') from error
        assert self._child.stdin is not None and self._child.stdout is not None
        self._to, self._from = self._child.stdin, self._child.stdout
        _widen(self._from.fileno())
        self._answers = frames.Reader(self._from)  # type: ignore[arg-type]
        try:
            fields, _ = self.call({"call": "hello", "protocol": PROTOCOL})
        except Exception as error:
            self.close()
            reason = age_sentence(self._argv[0])
            if reason is not None:
                raise NodeError(reason) from error
            raise
        self.version: str = fields["version"]
        self.env_ids: list[str] = fields["envs"]

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._why is None and self._owner == os.getpid()

    def call(
        self, fields: Mapping[str, Any], arrays: Mapping[str, Array] | None = None
    ) -> tuple[Fields, dict[str, Array]]:
        """One call. Raises ValueError on a mistake, `BudgetExhausted`, or `NodeError` where it ended."""
        return self.send(frames.encode(fields, arrays))

    def send(self, frame: bytes) -> tuple[Fields, dict[str, Array]]:
        """One call whose frame is made."""
        # Before the lock: a thread that is not in this child may hold it for ever.
        if self._owner != os.getpid():
            raise NodeError("This env was made before a fork; make another one here.")
        with self._lock:
            if self._why is not None:
                raise NodeError(self._why)
            try:
                self._write(frame)
                answer, given = self._answers.read()
            except (OSError, FrameError) as error:
                raise NodeError(self._end(str(error))) from error
            except BaseException:
                # The answer to an interrupted call would be taken for that of the next one.
                self._end("A call was interrupted.")
                raise
        sentence = answer.get("error")
        if sentence is None:
            return answer, given
        kind = answer.get("kind")
        if kind == "budget":
            raise BudgetExhausted(sentence)
        raise (ValueError if kind == "input" else RuntimeError)(sentence)

    def drop(self, handle: int) -> None:
        """An env that nobody has any more. It is closed later: this may come amid another call."""
        self._dropped.append(handle)

    def close_dropped(self) -> None:
        while self._dropped and self.alive:
            self.call({"call": "close", "handle": self._dropped.pop()})

    def _write(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[self._to.write(view) :]

    def _end(self, reason: str) -> str:
        self._stop(0.5)
        code = self._child.returncode
        told = self._last_note()
        self._why = f"The process of placement-gym ended ({reason.rstrip('.')}, exit code {code}). {told}".strip()
        self._notes.close()
        return self._why

    def _last_note(self) -> str:
        self._notes.seek(0, os.SEEK_END)
        self._notes.seek(max(0, self._notes.tell() - 2000))
        lines = self._notes.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _stop(self, patience: float) -> None:
        for pipe in (self._to, self._from):
            try:
                pipe.close()
            except OSError:
                pass
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def close(self) -> None:
        """Ends the process; its envs cannot be used afterwards. A call of another thread raises."""
        if self._owner != os.getpid():
            return
        if not self._lock.acquire(timeout=_END_SECONDS):
            # A long call has it, which fails now.
            self._child.kill()
            self._lock.acquire()
        try:
            if self._why is not None:
                return
            self._why = "The process of placement-gym was closed."
            self._stop(_END_SECONDS)
            self._notes.close()
        finally:
            self._lock.release()


def _widen(pipe: int) -> None:
    """Lets a whole answer fit into the pipe where the system can: then it is read at once."""
    size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if fcntl is None or size is None:
        return
    try:
        fcntl.fcntl(pipe, size, _PIPE_BYTES)
    except OSError:
        pass  # More than this user may have; the answer then comes in pieces.


_shared: Process | None = None
_shared_lock = threading.Lock()


def shared() -> Process:
    """The process of this Python process, started at the first call and again where it ended."""
    global _shared
    with _shared_lock:
        if _shared is None or not _shared.alive:
            _shared = Process()
        return _shared


def _forget() -> None:
    """In a forked child, where no thread of the parent goes on."""
    global _shared, _shared_lock
    _shared = None
    _shared_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@atexit.register
def close() -> None:
    """Ends the process of this Python process, if there is one."""
    if _shared is not None:
        _shared.close()
