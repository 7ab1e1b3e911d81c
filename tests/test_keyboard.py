"""A screen at rest waits for keys instead of looking for them, and is awake for all that it must not miss."""

import os
import select
import threading
import time
from collections.abc import Iterator

import pytest

from tui import keyboard
from tui.keyboard import LOOK, Leaving, PatientDriver


class Reader:
    """Reads keys as Textual's thread does, and notes when it looked for them and what came."""

    def __init__(self) -> None:
        self._keys, self.press = os.pipe()
        self.hung_up = 0
        self.leaving = Leaving(self._keys, self._hang_up)
        self.looks: list[float] = []
        self.came: list[bytes] = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        while not self.leaving.is_set():
            self.looks.append(time.monotonic())
            if select.select([self._keys], [], [], LOOK)[0]:
                self.came.append(os.read(self._keys, 100))

    def _hang_up(self) -> None:
        self.hung_up += 1

    def close(self) -> None:
        self.leaving.set()
        self.thread.join()
        os.close(self._keys)
        if not self.hung_up:
            os.close(self.press)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    monkeypatch.setattr(keyboard, "LONGEST", 3600.0)
    monkeypatch.setattr(keyboard, "BRISK", 0.5)
    reader = Reader()
    yield reader
    reader.close()


def until_at_rest(reader: Reader) -> int:
    """Wait until it looks no more; how often it has."""
    end = time.monotonic() + 60
    before = -1
    while len(reader.looks) != before:
        assert time.monotonic() < end
        before = len(reader.looks)
        time.sleep(3 * LOOK)
    return before


def test_at_rest_it_waits_and_a_key_wakes_it_for_a_while(reader: Reader) -> None:
    before = until_at_rest(reader)
    os.write(reader.press, b"\x1b")
    after = until_at_rest(reader)
    assert reader.came == [b"\x1b"]
    assert after - before >= 3  # so that time tells that it was no more than that


def test_it_can_be_told_to_leave_and_to_come_again(reader: Reader) -> None:
    until_at_rest(reader)
    assert not reader.leaving.is_set()  # the main thread is answered at once
    reader.leaving.set()
    reader.thread.join(60)
    assert not reader.thread.is_alive()
    reader.leaving.clear()
    assert not reader.leaving.is_set()


def test_a_terminal_that_is_gone_is_left(reader: Reader) -> None:
    until_at_rest(reader)
    os.write(reader.press, b"q")
    os.close(reader.press)
    reader.thread.join(60)
    assert not reader.thread.is_alive()
    assert reader.hung_up == 1
    assert reader.came[0] == b"q"
    assert reader.leaving.is_set()


def test_textual_asks_as_it_is_taken_to() -> None:
    """A Textual that goes about it in another way shows here, and not in what an idle screen costs."""
    names = PatientDriver.run_input_thread.__code__.co_names
    assert {"exit_event", "is_set", "select"} <= set(names)
    assert LOOK in PatientDriver.run_input_thread.__code__.co_consts
