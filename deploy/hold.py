"""hold.py NAME=PORT…: find a free port on loopback for each name and hold it until standard input ends.

A port in brackets (`PORT=[8000]`) was set by the operator: the program takes exactly this port or exits with status 1.
It writes `NAME=PORT` for each port, and then an empty line. Until it reads a first line, no other process can listen on
these ports or appear to. After that line the part that a port is for can listen there. Two copies of the product never
get the same port, because each copy also binds a name in the kernel's abstract namespace, which ends with the process.
"""

import socket
import sys
from itertools import count

Held = tuple[socket.socket, socket.socket]


def main() -> None:
    held = [hold(name, port) for name, _, port in (argument.partition("=") for argument in sys.argv[1:])]
    print(flush=True)
    sys.stdin.readline()
    for listening, _ in held:
        # The port stays bound, so another copy finds it taken even while our part is being restarted.
        listening.shutdown(socket.SHUT_RDWR)
    sys.stdin.read()


def hold(name: str, port: str) -> Held:
    first = int(port.strip("[]"))
    for number in [first] if port.startswith("[") else count(first):
        if held := take(number):
            print(f"{name}={number}", flush=True)
            return held
    sys.exit(f"run: Port {first} is taken. Choose another: {name}={first + 1} make run")


def take(port: int) -> Held | None:
    listening, name = socket.socket(), socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0spaces/port/{port}")
        # Connections of the last run, still in TIME_WAIT, would otherwise make the bind fail.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1)
    except (OSError, OverflowError):
        listening.close()
        name.close()
        return None
    return listening, name


main()
