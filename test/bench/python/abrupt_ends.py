"""Clients that are killed at random moments, and what is left of them: nothing.

    python test/bench/python/abrupt_ends.py [--ends 500]

A fifth of the clients are parents of a program over stdio: they start it, step, solve or wait. The
others are clients of one server of sockets and of one of HTTP. Each is killed (SIGKILL) between its
first moment and three seconds later. In the end these must hold, and are printed:

- no process is left that a client had started, and the servers answer as many clients as before;
- the temporary folder is empty, but for the cache of tsx, which compiles the sources of a checkout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable

import numpy as np

import placement_gym
from placement_gym import frames
from placement_gym.node import command
from placement_gym.process import PROTOCOL

ENV, SCENARIO = "Placement/Refine-v1", "toy/chain"
MARK = "PLACEMENT_GYM_ABRUPT_ENDS"
SESSIONS = 64
LATEST_S = 3.0
AT_ONCE = 4
ENVS = 8
ACTIONS = np.zeros(ENVS, dtype="<i4")
# Of a command that was interrupted, as a shell has it.
INTERRUPTED = 130

Client = Callable[[], None]


def play_over_stdio() -> None:
    process = placement_gym.Process()
    vector = placement_gym.PlacementVectorEnv(ENV, ENVS, SCENARIO, process=process)
    deed = os.getpid() % 3
    if deed == 0:
        time.sleep(600)
    if deed == 1:
        placement_gym.solve("nmt/test/0/4xP100", "mcmc", simulations=1_000_000, process=process)
    vector.reset(seed=0)
    while True:
        vector.step(ACTIONS)


class SocketClient:
    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.answers = frames.Reader(self.connection.makefile("rb", buffering=0))  # type: ignore[arg-type]
        self.call({"call": "hello", "protocol": PROTOCOL})

    def call(self, fields: dict[str, Any], **arrays: Any) -> dict[str, Any]:
        self.connection.sendall(frames.encode(fields, arrays))
        answer = self.answers.read()[0]
        assert "error" not in answer, answer
        return answer


def play_over_socket(port: int) -> None:
    client = SocketClient(port)
    made = client.call({"call": "make", "env": ENV, "scenario": SCENARIO, "count": ENVS})
    client.call({"call": "reset", "handle": made["handle"], "seeds": list(range(ENVS))})
    while True:
        client.call({"call": "step", "handle": made["handle"]}, actions=ACTIONS)


def play_over_http(port: int) -> None:
    episode = str(os.getpid() % SESSIONS)
    while True:
        posted(port, "reset", {"seed": 0, "episode_id": episode})
        done = False
        while not done:
            done = posted(port, "step", {"action": 0, "episode_id": episode})["done"]


def posted(port: int, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def started(client: Client) -> int:
    """A client in a process of its own."""
    child = os.fork()
    if child != 0:
        return child
    os.environ[MARK] = mark
    try:
        client()
    finally:
        os._exit(1)


def killed_at_random(clients: list[Client], rng: random.Random) -> None:
    """All of them, a few at once."""
    waiting, running = iter(clients), dict[int, float]()
    for client in itertools.islice(waiting, AT_ONCE):
        running[started(client)] = time.monotonic() + rng.uniform(0, LATEST_S)
    while running:
        child, at = min(running.items(), key=lambda each: each[1])
        time.sleep(max(0.0, at - time.monotonic()))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        del running[child]
        if not os.WIFSIGNALED(status):
            for other in running:
                os.kill(other, signal.SIGKILL)
            raise AssertionError(f"a client ended by itself, status {status}")
        for client in itertools.islice(waiting, 1):
            running[started(client)] = time.monotonic() + rng.uniform(0, LATEST_S)


class Server:
    def __init__(self, over: str, *flags: str) -> None:
        argv = [*command(), "serve", "--over", over, "--sessions", str(SESSIONS), *flags]
        self.child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        self.port = int(self.child.stdout.readline().rstrip().rsplit(":", 1)[1])

    def mebibytes(self) -> float:
        pages = int(Path(f"/proc/{self.child.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def end(self) -> int:
        self.child.terminate()
        return self.child.wait(60)


def marked_processes() -> list[str]:
    """Processes with the mark in their environment, which what they start inherits."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120])
        except OSError:
            continue
    return found


def within_a_minute(holds: Callable[[], bool]) -> bool:
    for _ in range(600):
        if holds():
            return True
        time.sleep(0.1)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ends", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    folder = tempfile.mkdtemp(prefix="abrupt-ends-")
    cache = Path(tempfile.gettempdir()) / f"tsx-{os.getuid()}"
    if cache.is_dir():
        (Path(folder) / cache.name).symlink_to(cache)
    os.environ["TMPDIR"] = tempfile.tempdir = folder

    sockets = Server("socket")
    http = Server("http", "--env", ENV, "--scenario", SCENARIO)
    before = [sockets.mebibytes(), http.mebibytes()]
    parents = -(-given.ends // 5)
    of_sockets = (given.ends - parents) // 2
    of_http = given.ends - parents - of_sockets
    clients: list[Client] = [play_over_stdio] * parents
    clients += [lambda: play_over_socket(sockets.port)] * of_sockets
    clients += [lambda: play_over_http(http.port)] * of_http
    rng.shuffle(clients)
    try:
        killed_at_random(clients, rng)
    except AssertionError:
        for server in (sockets, http):
            server.end()
        raise

    no_process = within_a_minute(lambda: not marked_processes())
    full = [SocketClient(sockets.port) for _ in range(SESSIONS)]
    posted(http.port, "reset", {"seed": 0})
    after = [sockets.mebibytes(), http.mebibytes()]
    interrupted = [server.end() == INTERRUPTED for server in (sockets, http)]
    left = [entry.name for entry in Path(folder).iterdir() if not entry.name.startswith("tsx-")]
    print(f"killed: {parents} parents, {of_sockets} clients of a socket, {of_http} clients of HTTP")
    print(f"processes left: {len(marked_processes())}")
    print(f"clients that the socket took at once afterwards: {len(full)} of {SESSIONS}")
    print("memory of the servers, MiB: " + ", ".join(f"{a:.0f} to {b:.0f}" for a, b in zip(before, after)))
    print(f"entries left in the temporary folder: {len(left)}")
    if not no_process or left or not all(interrupted):
        print(*marked_processes(), *left, sep="\n", file=sys.stderr)
        sys.exit(1)
    for entry in Path(folder).iterdir():
        entry.unlink()
    os.rmdir(folder)


mark = f"{os.getpid()}-{time.time_ns()}"
main()
