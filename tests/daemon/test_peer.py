"""Who is at the other end of the socket, as the kernel says it: SO_PEERCRED and SO_PEERGROUPS of a real process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from modemd.daemon.connection import peer_of

CONNECT = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); sys.stdin.read()"


def test_all_groups_of_the_peer_count(tmp_path: Path) -> None:
    """A user whose supplementary groups hold modemd's is known by it, not by the primary group alone."""
    groups = [4241, 4242] if os.geteuid() == 0 else os.getgroups()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        with subprocess.Popen(
            [sys.executable, "-c", CONNECT, path],
            stdin=subprocess.PIPE,
            extra_groups=groups if os.geteuid() == 0 else None,
        ) as child:
            connection, _ = listener.accept()
            with connection:
                peer = peer_of(connection)
            assert child.stdin is not None
            child.stdin.close()
    assert (peer.pid, peer.uid) == (child.pid, os.geteuid())
    assert peer.gids >= {os.getegid(), *groups}
