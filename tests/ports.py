"""Ports for servers that somebody else starts a moment later."""

import random
import socket
from pathlib import Path

# From here up to where the system begins to hand out ports by itself.
LOWEST, USUAL_END = 20_000, 32_768
HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")
# Tests begin with the same seed in every process; ports must not.
CHANCE = random.SystemRandom()


def free_port() -> int:
    """A port of 127.0.0.1 that is free, and that no outgoing connection is given before its server listens there."""
    while True:
        port = CHANCE.randrange(LOWEST, end())
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def end() -> int:
    """The first port that the system may hand out by itself."""
    said = int(HANDED_OUT.read_text().split()[0]) if HANDED_OUT.exists() else USUAL_END
    return said if said > LOWEST else USUAL_END
