# Carries bytes between stdin/stdout and the first address of the arguments that accepts a connection.
# A path is a unix socket, anything else HOST:PORT.
# Says RUNNER_OK once connected; exits 111 where nothing accepts. Ends when the server closes, or a moment after
# stdin has ended.
import os
import select
import socket
import sys
import time

SIZE = 262144
LINGER = 3  # seconds the server has for its last words


def connect(address):
    if address.startswith("/"):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.connect(address)
        return server
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), 10)


def first(addresses):
    refused = []
    for address in addresses:
        try:
            return connect(address)
        except OSError as error:
            refused.append("%s: %s" % (address, error.strerror or error))
    sys.stderr.write(", ".join(refused) + "\n")
    sys.exit(111)


def flush(fd, data):
    if not data:
        return data
    try:
        return data[os.write(fd, data):]
    except (BlockingIOError, InterruptedError):
        return data


def relay(server):
    # Each direction has one buffer, filled only when empty: whoever does not read slows down whoever writes, and
    # neither direction waits for the other.
    up, down, ended = b"", b"", None
    socket_fd = server.fileno()
    while True:
        readable = [0] if ended is None and not up else []
        readable += [] if down else [socket_fd]
        writable = [socket_fd] if up else []
        writable += [1] if down else []
        left = None if ended is None else ended + LINGER - time.monotonic()
        if left is not None and left <= 0:
            return
        readable, _, _ = select.select(readable, writable, [], left)
        if 0 in readable:
            up = os.read(0, SIZE)
            if not up:
                ended = time.monotonic()
                server.shutdown(socket.SHUT_WR)
        if socket_fd in readable:
            down = os.read(socket_fd, SIZE)
            if not down:
                return
        up, down = flush(socket_fd, up), flush(1, down)


server = first(sys.argv[1:])
os.write(1, b"RUNNER_OK\n")
server.setblocking(False)
os.set_blocking(1, False)
try:
    relay(server)
except OSError:
    pass  # one side has gone, and so do we
