"""Locks between processes, and threads."""

import os
import signal
import subprocess
import sys
import time
from threading import Thread

import pytest

from state.model import Busy
from state.store import Store

HOLDER = """
import sys, time
from state.store import Store
from state.testing import Clock
with Store.open(sys.argv[1], now=Clock()).hold("daemon"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_held_once(store: Store) -> None:
    with store.hold("daemon"):
        with pytest.raises(Busy, match=f"process {os.getpid()} on") as busy, store.hold("daemon"):
            pass
        assert busy.value.name == "daemon"
        with store.hold("connection:a/b"):
            pass
    with store.hold("daemon"):
        pass


def test_a_lock_is_released_when_its_holder_fails(store: Store) -> None:
    with pytest.raises(KeyError), store.hold("daemon"):
        raise KeyError
    with store.hold("daemon"):
        pass


def test_waiting_ends_with_the_lock_or_with_patience(store: Store) -> None:
    with store.hold("a"):
        started = time.monotonic()
        with pytest.raises(Busy), store.hold("a", wait=0.2):
            pass
        assert 0.1 < time.monotonic() - started < 10
        order: list[str] = []
        waiter = Thread(target=_hold_and_note, args=(store, order))
        waiter.start()
        waiter.join(0.2)
        order.append("released")
    waiter.join(20)
    assert order == ["released", "waited"]


def _hold_and_note(store: Store, order: list[str]) -> None:
    with store.hold("a", wait=None):
        order.append("waited")


def test_a_killed_process_leaves_no_lock(store: Store, url: str) -> None:
    """I1: whatever kills the daemon, the next one starts."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"process {holder.pid} on"), store.hold("daemon"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with store.hold("daemon", wait=10):
            pass
    finally:
        holder.kill()
        holder.communicate()
