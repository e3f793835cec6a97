"""The guest's side of the machine tests, started by a unit before the service is: runs what the host asks for, plays
the modem on the stick, and receives what the channels send. Speaks JSON lines with the host on a virtio port.

The host asks {"id", "op", ...} and gets {"id", "line"} for each line that a command prints, then {"id", "done": ...};
{"event": ...} comes by itself. Runs on Debian's Python, with the project's package beside it on the shared folder."""

from __future__ import annotations

import json
import os
import pwd
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

from . import desk, gadget  # on the shared folder this package is called `guest`, in the project `tests.vm.guest`
from .receiver import Receiver
from .stick import Stick

PLAN = Path("/run/vm/boot.json")  # {"plugged": whether the stick is in at boot, "scenario": what it plays}


class Agent:
    def __init__(self) -> None:
        (wire,) = Path("/dev").glob("vport*")
        self._wire = os.open(wire, os.O_RDWR | os.O_CLOEXEC)
        self._writing = threading.Lock()
        self._running: dict[int, int] = {}  # commands by the number of their request: their process groups
        plan = json.loads(PLAN.read_text())
        gadget.make()
        self._stick = Stick(plan["scenario"], gadget.PORTS, self.say)
        self._receiver = Receiver(self.say)
        if plan["plugged"]:
            gadget.plug()

    def say(self, **message: Any) -> None:
        """One message to the host, whole."""
        data = json.dumps(message).encode() + b"\n"
        with self._writing:
            while data:
                data = data[os.write(self._wire, data) :]

    def serve(self) -> None:
        self.say(event="up")
        kept = b""
        while True:
            kept += os.read(self._wire, 65536)
            *lines, kept = kept.split(b"\n")
            for line in lines:
                threading.Thread(target=self._answer, args=(json.loads(line),), daemon=True).start()

    def _answer(self, asked: dict[str, Any]) -> None:
        try:
            done = self._do(asked)
        except Exception as fault:  # noqa: BLE001  the host shows it
            done = {"fault": f"{type(fault).__name__}: {fault}"}
        self.say(id=asked["id"], done=done)

    def _do(self, asked: dict[str, Any]) -> object:
        match asked["op"]:
            case "run":
                return self._run(asked)
            case "plug":
                gadget.plug()
            case "unplug":
                gadget.unplug()
            case "scenario":
                self._stick.play(asked["text"])
            case "modem":
                return self._stick.seen()
            case "end":
                os.killpg(self._running[asked["target"]], signal.SIGKILL)
            case "status":
                return desk.status()
            case "rows":
                return desk.rows(asked["command"])
            case "integrity":
                return desk.integrity()
            case "watch":
                threading.Thread(target=desk.watch, args=(self.say,), daemon=True).start()
            case "receiver":
                self._receiver.hold_s, self._receiver.status = asked["hold_s"], asked["status"]
        return None

    def _run(self, asked: dict[str, Any]) -> object:
        """A shell command as a user; its lines go out as they come."""
        user = pwd.getpwnam(asked["user"])
        process = subprocess.Popen(
            ["/bin/sh", "-c", asked["shell"]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": user.pw_dir, "LANG": "C.UTF-8"},
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
            start_new_session=True,
        )
        self._running[asked["id"]] = process.pid
        late = threading.Timer(asked["timeout_s"], lambda: os.killpg(process.pid, signal.SIGKILL))
        late.start()
        assert process.stdout is not None
        for line in process.stdout:
            self.say(id=asked["id"], line=line.rstrip("\n"))
        code = process.wait()
        late.cancel()
        return code


def ready() -> None:
    """READY=1 to systemd: the service under test may start."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


if __name__ == "__main__":
    agent = Agent()
    ready()
    agent.serve()
