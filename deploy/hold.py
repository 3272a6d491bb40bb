"""hold.py NAME=PORT…: finds a free port on loopback for each name and keeps it, until standard input ends.

A port in brackets (`PORT=[8000]`) is what the operator set: it is taken as it is, or the answer is status 1. Writes
`NAME=PORT` of each, and an empty line. Until a first line is read nothing else can listen there, or believe that it
does; after it the part that the port is for can. Two copies of the product never get the same port: each also holds a
name in the kernel's abstract namespace, which goes with the process.
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
        # It stays bound: a copy that looks for a port finds this one taken also while our part is being restarted.
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
        # Not to be refused for connections of the last run, which are still being forgotten.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1)
    except (OSError, OverflowError):
        listening.close()
        name.close()
        return None
    return listening, name


main()
