"""Worker processes that start at once: forked from one that has loaded already what any feed needs.

Each is a process of its own, as `python -m engine.worker` would be a second later.
"""

import atexit
import functools
import gc
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

ROOT = Path(__file__).parents[1]
TOLD = struct.Struct("i")


class Template:
    """The process that is forked; it ends with this one."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        number = theirs.fileno()
        command = [sys.executable, "-m", "tests.worker_template", str(number)]
        self._environ = dict(os.environ)
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=(number,))
        theirs.close()

    def fork(self, *fds: int) -> None:
        """Have a worker on these as its stdin, stdout and stderr; the fourth is told its id and then its status."""
        changed = dict(os.environ.items() - self._environ.items())
        socket.send_fds(self._ours, [msgspec.json.encode(changed)], list(fds))

    def end(self) -> None:
        """Let it go."""
        self._ours.close()
        self._process.wait()


@functools.cache
def template() -> Template:
    """The one for all tests."""
    one = Template()
    atexit.register(one.end)
    return one


class Forked:
    """A worker, with what is used here of `subprocess.Popen`."""

    def __init__(self) -> None:
        (stdin, mine_in), (mine_out, stdout), (mine_err, stderr), (self._told, told) = (os.pipe() for _ in range(4))
        template().fork(stdin, stdout, stderr, told)
        for fd in (stdin, stdout, stderr, told):
            os.close(fd)
        self.stdin, self.stdout, self.stderr = map(os.fdopen, (mine_in, mine_out, mine_err), ("wb", "rb", "rb"))
        self.pid: int = TOLD.unpack(os.read(self._told, TOLD.size))[0]
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        self._has_ended(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its status, once it has ended."""
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired("engine.worker", timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if not self._has_ended(0.0):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _has_ended(self, timeout: float | None) -> bool:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = TOLD.unpack(os.read(self._told, TOLD.size))[0]
            os.close(self._told)
        return self.returncode is not None


def _serve(ours: socket.socket) -> int:
    """Fork as often as asked; returns, in a worker only, its exit status."""
    from engine import worker
    from engine.absent import absent
    from models.threads import start_with_one_thread

    start_with_one_thread()
    with absent("pandas"):
        import engine.session  # noqa: F401
        import models.trees  # noqa: F401 - heavy
        from tests.feeds import START, post, run

        run([post(str(at), START + at, text) for at, text in enumerate(("A good day", "Ein guter Tag heute"))])
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # none is waited for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with those that have it
    while (asked := socket.recv_fds(ours, 1 << 16, 4))[1]:
        changed, fds = asked[:2]
        if os.fork() == 0:
            ours.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if (pid := os.fork()) == 0:
                for number, fd in enumerate(fds[:3]):
                    os.dup2(fd, number)
                for fd in fds:
                    os.close(fd)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                os.environ.update(msgspec.json.decode(changed))
                return worker.main()
            _tell_of(pid, fds)
        for fd in fds:
            os.close(fd)
    return 0


def _tell_of(pid: int, fds: list[int]) -> NoReturn:
    *others, told = fds
    for fd in (0, 1, 2, *others):
        os.close(fd)
    os.write(told, TOLD.pack(pid))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(told, TOLD.pack(status))
    os._exit(0)


if __name__ == "__main__":
    sys.exit(_serve(socket.socket(fileno=int(sys.argv[1]))))
