#!/usr/bin/env python3
"""A client of heartbeat's socket, for beside.sh: says one message to its
namesakes, or waits for theirs and tells how long the field "info" was.

    apiclient.py say NODE SIZE a|random     apiclient.py hear NODE SECONDS
"""
import os, random, socket, struct, sys, time

what, node, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
conn = socket.socket(socket.AF_UNIX)
conn.connect("/run/heartbeat/register")
pid = str(os.getpid())


def send(*pairs):
    text = (">>>\n" + "".join("%s=%s\n" % p for p in pairs) + "<<<\n").encode() + b"\0"
    conn.sendall(struct.pack("<iI", len(text), 0xABCD) + text)


def exactly(n):
    data = b""
    while len(data) < n:
        more = conn.recv(n - len(data))
        if not more:
            sys.exit("hung up on")
        data += more
    return data


def receive():
    n, _ = struct.unpack("<iI", exactly(8))
    fields = {}
    for line in exactly(n).decode("latin1").split("\n"):
        name, _, value = line.partition("=")
        fields.setdefault(name, value)
    return fields


conn.settimeout(10)
send(("t", "hbapi-req"), ("reqtype", "signon"), ("dest", node), ("pid", pid), ("from_id", "large"), ("uid", os.getuid()), ("gid", os.getgid()))
answer = receive()
while answer.get("reqtype") != "signon":
    answer = receive()
if answer.get("result") != "OK":
    sys.exit("not signed on: %s" % answer)
if what == "say":
    alphabet = "a" if sys.argv[4] == "a" else "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"
    send(("t", "large"), ("info", "".join(random.choice(alphabet) for _ in range(number))))
    time.sleep(1)
else:
    conn.settimeout(number)
    while True:
        m = receive()
        if m.get("t") == "large":
            print(len(m["info"]), flush=True)
