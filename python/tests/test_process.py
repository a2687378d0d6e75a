"""The process: found, ended with its parent, told of where it is missing, killed or forked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import placement_gym
from conftest import SMALL
from placement_gym import NodeError, PlacementEnv, Process
from placement_gym.process import shared


def ends(pid: int) -> bool:
    """Whether a process ends within a minute; one that is ended and not yet waited for counts."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_killed_process_is_a_clear_error_and_the_next_env_has_a_new_one() -> None:
    process = Process()
    env = PlacementEnv("Placement/Refine-v1", SMALL, process=process)
    env.reset(seed=0)
    os.kill(process.pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(NodeError, match="ended .*exit code -9"):
            env.step(0)
    env.close()
    assert not process.alive and shared().alive


def test_closing_leaves_no_process_and_no_open_file() -> None:
    before = len(os.listdir("/proc/self/fd"))
    process = Process()
    pid = process.pid
    process.close()
    process.close()
    assert ends(pid) and len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(NodeError, match="was closed"):
        process.call({"call": "bound", "scenario": SMALL})


PARENT = """
import sys, time, placement_gym
env = placement_gym.PlacementEnv("Placement/Refine-v1", "toy/chain")
env.reset(seed=0)
print(placement_gym.process.shared().pid, flush=True)
if sys.argv[1] == "solve":
    placement_gym.solve("nmt/test/0/4xP100", "mcmc", simulations=1_000_000)
if sys.argv[1] == "wait":
    time.sleep(600)
"""


@pytest.mark.parametrize("busy", ["wait", "solve"])
def test_a_killed_parent_leaves_no_process(busy: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, busy], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ends(pid)


def test_a_parent_that_ends_by_itself_leaves_no_process() -> None:
    program = [sys.executable, "-c", PARENT, "end"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert ends(int(done.stdout)) and done.stderr == ""


def test_envs_that_are_dropped_make_room_for_others() -> None:
    process = Process()
    for _ in range(300):
        PlacementEnv("Placement/Refine-v1", SMALL, process=process).reset(seed=0)
    process.close()


def test_a_forked_child_is_told_to_make_its_own() -> None:
    env = PlacementEnv("Placement/Refine-v1", SMALL)
    env.reset(seed=0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            env.step(0)
        except NodeError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert b"before a fork" in os.read(reading, 1000)
    env.step(0)
    os.close(reading)
    os.close(writing)


def test_a_forked_child_has_a_process_of_its_own_also_amid_a_call() -> None:
    old = shared()
    with old._lock:  # as a thread has it that is in a call
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                old.call({"call": "bound", "scenario": SMALL})
            except NodeError:
                os._exit(0 if shared().pid != old.pid else 1)
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_closing_ends_the_long_call_of_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement_gym.process, "_END_SECONDS", 0.2)
    process = Process()
    told: list[BaseException] = []

    def call() -> None:
        try:
            placement_gym.solve("nmt/test/0/4xP100", "mcmc", simulations=1_000_000, process=process)
        except NodeError as error:
            told.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.5)
    process.close()
    thread.join(60)
    assert len(told) == 1 and ends(process.pid)


def test_where_node_is_missing_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeError, match="Node is missing: install Node 20.19"):
        Process()


def test_where_node_is_too_old_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text('#!/bin/sh\n[ "$1" = --version ] && echo v18.2.0\nexit 1\n')
    node.chmod(0o755)
    monkeypatch.setenv("PLACEMENT_GYM_NODE", str(node))
    with pytest.raises(NodeError, match="Node v18.2.0, which is too old"):
        Process()


def test_where_the_program_is_missing_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLACEMENT_GYM_PROGRAM", str(tmp_path / "none"))
    with pytest.raises(NodeError, match="is not there, expected the program"):
        Process()


def test_what_a_program_prints_before_it_ends_is_in_the_sentence(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys\nsys.exit('a reason of its own')\n")
    with pytest.raises(NodeError, match="is no Node|a reason of its own"):
        Process([sys.executable, str(program)])


def test_the_versions_are_the_same() -> None:
    assert shared().version == placement_gym.__version__
    assert sorted(shared().env_ids) == sorted(placement_gym.ENV_IDS)
