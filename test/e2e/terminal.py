"""Runs a program on a terminal of its own. Usage: terminal.py ROWS COLS PROGRAM [ARGS...]

Takes JSON lines on stdin: {"keys": "q"}, {"size": [ROWS, COLS]}, {"signal": 15}. Writes JSON lines: {"out": TEXT} for what is drawn, and at
the end {"code": EXIT, "restored": whether the terminal is set as it was before}.
"""

import codecs
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios


def tell(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def set_size(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def main():
    rows, cols = int(sys.argv[1]), int(sys.argv[2])
    master, slave = pty.openpty()
    set_size(slave, rows, cols)
    before = termios.tcgetattr(slave)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.close(master)
        os.execvp(sys.argv[3], sys.argv[3:])
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    orders = b""
    waiting = [master, 0]
    code = None
    while True:
        ready, _, _ = select.select(waiting, [], [], 0.05)
        if master in ready:
            try:
                tell({"out": decoder.decode(os.read(master, 65536))})
            except OSError:
                waiting.remove(master)
        if 0 in ready:
            chunk = os.read(0, 65536)
            if chunk == b"":
                waiting.remove(0)
                os.kill(child, signal.SIGKILL)
            orders += chunk
            while b"\n" in orders:
                line, orders = orders.split(b"\n", 1)
                order = json.loads(line)
                if "keys" in order:
                    os.write(master, order["keys"].encode())
                if "size" in order:
                    set_size(slave, *order["size"])
                if "signal" in order:
                    os.kill(child, order["signal"])
        if code is None:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
        elif not ready:
            tell({"code": code, "restored": termios.tcgetattr(slave) == before})
            return


main()
