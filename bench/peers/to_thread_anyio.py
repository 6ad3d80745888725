"""An empty call to a thread and back with AnyIO: as bench/to_thread.c."""
# SPDX-License-Identifier: ISC
# Copyright (c) 2026 The libgreen authors

import sys
import time

import anyio
import anyio.to_thread


def nothing():
    pass


async def calls(n):
    for _ in range(n):
        await anyio.to_thread.run_sync(nothing)


async def call_all(at_once, n):
    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(calls, n // at_once)


async def main(at_once, n):
    await call_all(at_once, max(n // 10, at_once))
    wall, cpu = time.perf_counter(), time.process_time()
    await call_all(at_once, n)
    print("%.3f %.3f" % ((time.perf_counter() - wall) / n * 1e6,
                         (time.process_time() - cpu) / n * 1e6))


anyio.run(main, int(sys.argv[1]), int(sys.argv[2]))
