"""Stands in for the worker processes: what they would send, when the test wants it."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from engine import ahead
from engine.crew import ALONE
from engine.intake import Prepared
from engine.platforms.decode import Decoder
from engine.preparing import Reader, pack, unpack


class Hands:
    """Takes the place of the crew: reads lines as a worker does, when the test has it do so."""

    def __init__(self, size: int, decoder: Decoder, keep_withheld: bool) -> None:
        self.size, self.trouble = size, ""
        self.ready = True
        self.delay = 0  # further chunks that are given before one is done
        self.quick = False  # does what is asked for at once
        self.given: deque[tuple[list[bytes], Future[bytes]]] = deque()
        self.told: list[str] = []
        self._reader = Reader(decoder.anew(), keep_withheld)

    def start(self) -> None:
        self.told.append("start")

    def rest(self) -> None:
        self.told.append("rest")

    def fail(self, why: str) -> None:
        self.trouble = self.trouble or f"{why}: {ALONE}"

    def give(self, lines: list[bytes]) -> Future[bytes]:
        self.given.append((lines, Future()))
        future = self.given[-1][1]
        while len(self.given) > self.delay:
            self.do()
        return future

    def do(self) -> None:
        lines, future = self.given.popleft()
        future.set_result(pack(self._reader.read(lines)))

    def outcome(self, lines: Sequence[bytes], given: "Future[bytes]", patience: float) -> Prepared:
        while self.quick and not given.done():
            self.do()
        return unpack(lines, given.result(patience))


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> list[Hands]:
    """Take the place of the crews; gives those that come to be."""
    made: list[Hands] = []

    def make(*arguments: Any) -> Hands:
        made.append(Hands(*arguments))
        return made[-1]

    monkeypatch.setattr(ahead, "Crew", make)
    return made
