"""AnyIO, on asyncio, uvloop or Trio.

    peer_anyio.py BACKEND SUBJECT TASKS
    peer_anyio.py BACKEND echo|http
"""
# SPDX-License-Identifier: ISC
# Copyright (c) 2026 The libgreen authors

import math
import os
import random
import socket
import sys
import time

import anyio
import anyio.lowlevel
import anyio.to_thread

REQUEST = 64
PAGE = 4096
PIECE = 65536
FILE_SIZE = 64 << 20
ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
          b"Content-Length: 14\r\n\r\nHello, world!\n")


class Trial:
    """One measurement: as struct trial of bench/bench.h."""

    def __init__(self, tasks, n):
        self.tasks, self.n, self.bytes = tasks, n, 0
        self.stopped = False
        self.start()

    def start(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stop(self):
        if not self.stopped:
            self.wall = time.perf_counter() - self.wall
            self.cpu = time.process_time() - self.cpu
            self.stopped = True

    def each(self):
        each = -(-self.n // self.tasks)
        self.n = each * self.tasks
        return each


def memory():
    with open("/proc/self/status") as f:
        return sum(int(line.split()[1]) * 1024 for line in f
                   if line.startswith(("VmRSS:", "VmPTE:")))


async def run_all(tasks, fn, *args):
    async with anyio.create_task_group() as group:
        for _ in range(tasks):
            group.start_soon(fn, *args)


async def behind_gate(t, works):
    """Functions and their arguments, with a gate as in bench/in_green.h."""
    gate, inside = anyio.Event(), 0

    async def member(fn, *args):
        nonlocal inside
        inside += 1
        await gate.wait()
        await fn(*args)
        inside -= 1
        if inside == 0:
            t.stop()

    async with anyio.create_task_group() as group:
        for work in works:
            group.start_soon(member, *work)
        while inside < len(works):
            await anyio.lowlevel.checkpoint()
        t.start()
        gate.set()


async def hop(each):
    for _ in range(each):
        await anyio.lowlevel.checkpoint()


async def switch(t):
    each = t.each()
    await behind_gate(t, [(hop, each)] * t.tasks)


async def empty():
    pass


async def group(t):
    for _ in range(t.n):
        async with anyio.create_task_group():
            pass


async def spawn(t):
    """So many at once, again and again; the first time does not count."""
    await run_all(t.tasks, empty)
    t.start()
    for _ in range(t.each()):
        await run_all(t.tasks, empty)


async def park(t):
    before = memory()
    for i in range(t.each() + 1):
        if i == 1:
            t.start()
        wake = anyio.Event()
        async with anyio.create_task_group() as tasks:
            for _ in range(t.tasks):
                tasks.start_soon(wake.wait)
            while wake.statistics().tasks_waiting < t.tasks:
                await anyio.lowlevel.checkpoint()
            if t.bytes == 0 and t.tasks >= 1000:
                t.bytes = (memory() - before) / t.tasks
            wake.set()


async def nap(span):
    await anyio.sleep(random.random() * span)


async def timer(t):
    await run_all(t.tasks, empty)
    t.start()
    for _ in range(t.each()):
        await run_all(t.tasks, nap, t.tasks * 20e-6)


async def scope(t):
    for _ in range(t.n):
        with anyio.CancelScope():
            pass


async def timeout(t):
    for _ in range(t.n):
        with anyio.fail_after(1):
            pass


async def cancel(t):
    wall = cpu = 0
    for _ in range(t.each()):
        never = anyio.Event()
        async with anyio.create_task_group() as tasks:
            for _ in range(t.tasks):
                tasks.start_soon(never.wait)
            while never.statistics().tasks_waiting < t.tasks:
                await anyio.lowlevel.checkpoint()
            t.start()
            tasks.cancel_scope.cancel()
        t.stop()
        wall, cpu, t.stopped = wall + t.wall, cpu + t.cpu, False
    t.wall, t.cpu, t.stopped = wall, cpu, True


async def send(tx, n):
    async with tx:
        for i in range(n):
            await tx.send(i)


async def receive(rx):
    async with rx:
        async for _ in rx:
            pass


async def flow(t, capacity):
    pairs = t.tasks // 2
    if pairs == 0:
        t.n = 0
        return
    each = -(-t.n // pairs)
    t.n = each * pairs
    works = []
    for _ in range(pairs):
        tx, rx = anyio.create_memory_object_stream(capacity)
        works += [(receive, rx), (send, tx, each)]
    await behind_gate(t, works)


async def channel(t):
    await flow(t, 0)


async def channel_64(t):
    await flow(t, 64)


async def channel_endless(t):
    await flow(t, math.inf)


async def lock(t):
    m = anyio.Lock()
    for _ in range(t.n):
        async with m:
            pass


async def want(m, each):
    for _ in range(each):
        async with m:
            await anyio.lowlevel.checkpoint()


async def lock_wanted(t):
    m, each = anyio.Lock(), t.each()
    await behind_gate(t, [(want, m, each)] * t.tasks)


def nothing():
    pass


async def call(each):
    for _ in range(each):
        await anyio.to_thread.run_sync(nothing)


async def to_thread(t):
    await run_all(t.tasks, call, 1)
    t.start()
    await run_all(t.tasks, call, t.each())


async def read_anywhere(each):
    async with await anyio.open_file(os.environ["BENCH_FILE"], "rb", 0) as f:
        for _ in range(each):
            await f.seek(random.randrange(FILE_SIZE // PAGE) * PAGE)
            await f.read(PAGE)


async def file_4k(t):
    await run_all(t.tasks, read_anywhere, t.each())


async def file_64k(t):
    async with await anyio.open_file(os.environ["BENCH_FILE"], "rb", 0) as f:
        t.start()
        for _ in range(t.n):
            if len(await f.read(PIECE)) < PIECE:
                await f.seek(0)
                await f.read(PIECE)
        t.stop()


async def run_true(each):
    for _ in range(each):
        async with await anyio.open_process(["true"], stdin=None, stdout=None,
                                            stderr=None) as p:
            await p.wait()


async def process(t):
    await run_all(t.tasks, run_true, t.each())


SUBJECTS = {
    "switch": switch, "group": group, "spawn": spawn, "park": park,
    "timer": timer, "scope": scope, "timeout": timeout, "cancel": cancel,
    "channel": channel, "channel-64": channel_64,
    "channel-endless": channel_endless, "lock": lock,
    "lock-wanted": lock_wanted, "to_thread": to_thread, "file-4k": file_4k,
    "file-64k": file_64k, "process": process,
}


async def measure(who, name, tasks):
    """Once, with as many operations as fill the time."""
    length = float(os.environ.get("BENCH_SECONDS", "0.1"))
    n, filled, memory_of_task = 1, 0, 0
    while True:
        t = Trial(tasks, n)
        await SUBJECTS[name](t)
        t.stop()
        memory_of_task = max(memory_of_task, t.bytes)
        if t.n == 0:
            return
        filled = filled + 1 if t.wall >= length else 0
        if filled == 2 or t.wall >= 10 * length:
            break
        if filled == 0:
            n = int(t.n * min(100, max(1.5, 1.2 * length / t.wall))) + 1
    wall, cpu = t.wall / t.n * 1e9, t.cpu / t.n * 1e9
    print("%s %d %s %.2f %.2f 0 %.2f %.0f %.0f" % (
        name, tasks, who, wall, wall, cpu, 1e9 / wall, memory_of_task))


async def serve(http):
    async def answer(stream):
        async with stream:
            while True:
                try:
                    data = await stream.receive(4096)
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    return
                if not http:
                    await stream.send(data)
                else:
                    for _ in range(-(-len(data) // REQUEST)):
                        await stream.send(ANSWER)

    listener = socket.socket(fileno=3)
    listener.setblocking(False)
    if sys.argv[1] == "trio":
        from anyio._backends._trio import TCPSocketListener
    else:
        from anyio._backends._asyncio import TCPSocketListener
    await TCPSocketListener(listener).serve(answer)


def main():
    backend, subject = sys.argv[1:3]
    options = {"use_uvloop": True} if backend == "uvloop" else {}
    name = "trio" if backend == "trio" else "asyncio"
    if len(sys.argv) < 4:
        anyio.run(serve, subject == "http", backend=name,
                  backend_options=options)
    elif subject not in SUBJECTS:
        sys.exit(3)
    else:
        anyio.run(measure, "AnyIO-" + backend, subject, int(sys.argv[3]),
                  backend=name, backend_options=options)


main()
