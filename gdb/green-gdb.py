# What gdb needs to know of libgreen's tasks: `green tasks` lists them, `green bt`
# prints the stack of any of them, `green task` makes one the current stack.  Of
# live processes and of core files; libgreen must have been built with -g.
#
# A task that does not run has left its registers at the top of its stack: those
# that assembly needs as they are, the others' in a jmp_buf.  An unwinder makes
# them the caller of whatever the thread is at, so that gdb goes on by itself from
# there, from frame 1 on.  C libraries mangle some of what is in a jmp_buf: with a
# secret that is in the thread's control block, or comes out of a register of which
# the task has kept the value (sp).  Whatever comes out has to be the place of a
# switch, in that stack; where nothing does, the chain of frame pointers is left.
#
# SPDX-License-Identifier: ISC
# Copyright (c) 2026 The libgreen authors

import os
import re
import time

import gdb
import gdb.unwinder

# The functions that switches by setjmp() are in.
SWITCHERS = ("green__context_setjmp", "green__park", "green__yield",
             "green__task_entry", "born")
# Where the stack of a task ends; below it is only what made it.  One of them is
# in assembly, and gdb takes its name for one of Ada's.
ENDS = ("green__task_entry", "born", "green__context_first",
        "green.context_first")
FOLDERS = ("green", "pool", "stream", "net", "fs", "proc")

# Where a jmp_buf has which register, in words.
LAYOUTS = {
    "x86-64": [
        # glibc, musl
        ("rbx", "rbp", "r12", "r13", "r14", "r15", "rsp", "rip"),
        # FreeBSD, NetBSD, DragonFly
        ("rip", "rbx", "rsp", "rbp", "r12", "r13", "r14", "r15"),
    ],
    "aarch64": [
        # glibc
        ("x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
         "x29", "pc", None, "sp"),
        # musl
        ("x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
         "x29", "pc", "sp"),
    ],
}
# The registers of a frame: its own, the stack's, the program's counter.
NAMES = {
    "x86-64": ("rbp", "rsp", "rip"),
    "i386": ("ebp", "esp", "eip"),
    "aarch64": ("x29", "sp", "pc"),
}


def text(pointer):
    return pointer.string(errors="replace")


class Task:
    def __init__(self, loop, pointer, depth):
        self.loop = loop
        self.it = pointer
        self.depth = depth
        self.id = int(pointer["id"])
        self.name = text(pointer["name"])
        self.bottom = int(pointer["context"]["stack"])
        self.top = self.bottom + int(pointer["context"]["size"])
        self.thread = None      # which runs on its stack, if any

    def state(self):
        waiter = self.it["waiter"]
        if not waiter:
            return "runs" if self.loop.it["current"] == self.it else "ready"
        words, detail = text(waiter["what"]), int(waiter["detail"])
        if detail >= 0:
            if "#" in words:
                words = words.replace("#", str(detail))
            else:
                words += " %d" % detail
        since = self.loop.now() - int(waiter["since"])
        return "waits for %s since %.3f s ago" % (words, since / 1e9)


class Loop:
    def __init__(self, pointer, number):
        self.it = pointer
        self.number = number

    def now(self):
        inferior = gdb.selected_inferior()
        kind = getattr(getattr(inferior, "connection", None), "type", None)
        if kind == "native" and not self.it["mock"]:
            return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e9)
        return int(self.it["time"])

    def tasks(self):
        """Each before those of its groups, as dumps have them."""
        group_flag = int(gdb.parse_and_eval("SCOPE_GROUP"))
        found, todo = [], [(self.it["root"]["tasks"]["tqh_first"], 0)]
        while todo:
            task, depth = todo.pop()
            if not task:
                continue
            found.append(Task(self, task, depth))
            todo.append((task["sibling"]["tqe_next"], depth))
            hosted, scope = [], task["self"]["inner"]
            while scope and scope["task"] == task:
                if int(scope["flags"]) & group_flag:
                    group = scope.cast(task["group"].type)
                    hosted.append((group["tasks"]["tqh_first"], depth + 1))
                scope = scope["inner"]
            todo.extend(reversed(hosted))
        return found


def loops():
    try:
        loop = gdb.parse_and_eval("green__loops")["lh_first"]
        loop.dereference().type.fields()
    except gdb.error as error:
        raise gdb.GdbError("no libgreen with debugging information here (%s)"
                           % error)
    found = []
    while loop:
        found.append(loop)
        loop = loop["link"]["le_next"]
    return [Loop(it, i + 1) for i, it in enumerate(reversed(found))]


def all_tasks():
    unwinder.forget()
    found = [task for loop in loops() for task in loop.tasks()]
    find_threads(found)
    return found


def find_threads(tasks):
    """Whose stacks threads are on, be it below a signal handler."""
    before = gdb.selected_thread()
    try:
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            frame = gdb.newest_frame()
            while frame is not None:
                sp = int(frame.read_register("sp"))
                here = [t for t in tasks if t.bottom <= sp < t.top]
                for task in here:
                    task.thread = thread
                if here or frame.name() in ENDS or frame.level() > 100:
                    break
                try:
                    frame = frame.older()
                except gdb.error:
                    break
    finally:
        if before is not None:
            before.switch()


def find_task(arg):
    loop, _, number = arg.rpartition(":")
    if not number.isdigit() or (loop and not loop.isdigit()):
        raise gdb.GdbError("\"%s\" is no number of a task" % arg)
    found = [task for task in all_tasks() if task.id == int(number) and
             (not loop or task.loop.number == int(loop))]
    if not found:
        raise gdb.GdbError("there is no task %s" % arg)
    if len(found) > 1:
        raise gdb.GdbError("several loops have a task %s: say which, as 1:%s"
                           % (number, number))
    return found[0]


def architecture():
    name = gdb.selected_inferior().architecture().name()
    for known in ("x86-64", "aarch64", "i386"):
        if known in name:
            return known
    return name


class Registers:
    """Those of a task that does not run."""

    def __init__(self, task):
        self.task = task
        self.word = gdb.lookup_type("unsigned long").sizeof
        self.mask = (1 << (8 * self.word)) - 1
        self.arch = architecture()
        if self.arch not in NAMES:
            raise gdb.GdbError("stacks of this machine are not known here")
        self.fp, self.sp, self.pc = NAMES[self.arch]
        self.context = task.it["context"]
        self.frame = int(self.context["sp"])

    def read(self, address, n):
        data = gdb.selected_inferior().read_memory(address, n * self.word)
        data = bytes(data)
        return [int.from_bytes(data[i * self.word:(i + 1) * self.word],
                               gdb_byte_order()) for i in range(n)]

    def valid(self, regs):
        if not self.task.bottom <= regs[self.sp] <= self.task.top:
            return False
        block = gdb.block_for_pc(regs[self.pc] - 1)
        while block is not None and block.function is None:
            block = block.superblock
        return block is not None and block.function.name in SWITCHERS

    def guards(self, regs):
        """What pointers may have been mangled with."""
        if self.arch == "x86-64":
            try:
                base = int(gdb.parse_and_eval("(unsigned long)$fs_base"))
                yield self.read(base + 0x30, 1)[0]
            except (gdb.error, gdb.MemoryError):
                pass
            yield self.rotate(regs[self.fp]) ^ self.frame
        if self.arch == "aarch64":
            yield regs[self.sp] ^ self.frame

    def rotate(self, x):
        return ((x >> 17) | (x << 47)) & self.mask

    def demangle(self, regs, guard):
        regs = dict(regs)
        if self.arch == "x86-64":
            for name in (self.fp, self.sp, self.pc):
                regs[name] = self.rotate(regs[name]) ^ guard
        else:
            for name in (self.sp, self.pc):
                regs[name] ^= guard
        return regs

    def get(self):
        if int(self.context["pc"]) != 0:
            return {self.fp: int(self.context["fp"]), self.sp: self.frame,
                    self.pc: int(self.context["pc"])}
        env = int(self.context["env"].address)
        for layout in LAYOUTS.get(self.arch, []):
            words = self.read(env, len(layout))
            regs = {n: w for n, w in zip(layout, words) if n is not None}
            if self.valid(regs):
                return regs
            for guard in self.guards(regs):
                plain = self.demangle(regs, guard)
                if self.valid(plain):
                    return plain
        fp, pc = self.read(self.frame, 2)
        return {self.fp: fp, self.pc: pc, self.sp: self.frame + 2 * self.word}


def gdb_byte_order():
    order = gdb.execute("show endian", to_string=True)
    return "big" if "big" in order else "little"


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class TaskUnwinder(gdb.unwinder.Unwinder):
    """While it has registers, they are those of the newest frame's caller."""

    def __init__(self):
        super().__init__("green-task")
        self.regs = None
        self.names = None

    def use(self, task):
        registers = Registers(task)
        self.regs = registers.get()
        self.names = registers
        gdb.invalidate_cached_frames()

    def forget(self):
        if self.regs is not None:
            self.regs = None
            gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if self.regs is None or pending.level() != 0:
            return None
        sp, pc = self.names.sp, self.names.pc
        # Just below the task's stack, lest gdb finds that it goes backwards.
        kind = pending.read_register(sp).type
        below = gdb.Value(self.regs[sp] - 16).cast(kind)
        info = pending.create_unwind_info(
            FrameId(below, pending.read_register(pc)))
        for name, value in self.regs.items():
            kind = pending.read_register(name).type
            if kind.code == gdb.TYPE_CODE_INT:
                value = value & ((1 << (8 * kind.sizeof)) - 1)
            info.add_saved_register(name, gdb.Value(value).cast(kind))
        return info


unwinder = TaskUnwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)
gdb.events.cont.connect(lambda event: unwinder.forget())


def with_thread(thread, function):
    before = gdb.selected_thread()
    try:
        if thread is not None:
            thread.switch()
        return function()
    finally:
        if before is not None:
            before.switch()


def cut(shown):
    """A backtrace up to the end of the task's stack."""
    end = re.search(r"^#\d+ .*\b(?:%s) \(" % "|".join(ENDS), shown, re.M)
    after = re.search(r"^#", shown[end.end():], re.M) if end else None
    return shown[:end.end() + after.start()] if after else shown


def backtrace(task, words):
    """The stack of a task, as backtrace prints it."""
    def show():
        return gdb.execute("backtrace " + words, to_string=True)

    if task.thread is not None:
        return cut(with_thread(task.thread, show))
    unwinder.use(task)
    try:
        shown = show()
    finally:
        unwinder.forget()
    # The thread's own frame at the front is none of the task's.
    start = re.search(r"^#1 ", shown, re.M)
    shown = cut(shown[start.start():]) if start else ""
    return re.sub(r"^#(\d+)( *)",
                  lambda m: ("#%d" % (int(m.group(1)) - 1)).ljust(
                      len(m.group(0))), shown, flags=re.M)


def in_library(frame, home):
    sal = frame.find_sal()
    if sal is None or sal.symtab is None:
        return False
    path = os.path.relpath(sal.symtab.fullname(), home)
    return path.split(os.sep)[0] in FOLDERS


def function_of(task):
    block = gdb.block_for_pc(int(task.it["fn"]))
    if block is None or block.function is None:
        return "its function"
    return block.function.name


def innermost(task):
    """Where it is in the program: function and line."""
    symbol = gdb.lookup_global_symbol("green__loops")
    home = os.path.dirname(os.path.dirname(symbol.symtab.fullname()))

    def look():
        frame = gdb.newest_frame()
        if task.thread is None:
            frame = frame.older()
        # One that waits does so in the library, and that perhaps in the system.
        while task.it["waiter"] and frame is not None and \
                not in_library(frame, home):
            frame = frame.older()
        while frame is not None and frame.name() not in ENDS and \
                in_library(frame, home):
            frame = frame.older()
        if frame is None or frame.name() is None or frame.name() in ENDS:
            return "in %s" % function_of(task)
        sal = frame.find_sal()
        if sal.symtab is None:
            return "in %s" % frame.name()
        return "in %s, %s:%d" % (frame.name(), sal.symtab.filename, sal.line)

    try:
        if task.thread is not None:
            return with_thread(task.thread, look)
        unwinder.use(task)
        return look()
    except (gdb.error, gdb.MemoryError) as error:
        return "(%s)" % error
    finally:
        unwinder.forget()


def title(task):
    several = len(loops()) > 1
    number = "%d:%d" % (task.loop.number, task.id) if several else task.id
    return "%s (%s): %s" % (task.name, number, task.state())


class Green(gdb.Command):
    """Tasks of libgreen."""

    def __init__(self):
        super().__init__("green", gdb.COMMAND_STACK, gdb.COMPLETE_NONE, True)


class GreenTasks(gdb.Command):
    """green tasks: every task of every loop, what it waits for, and where."""

    def __init__(self):
        super().__init__("green tasks", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        for task in all_tasks():
            print("%s%s, %s" % ("  " * task.depth, title(task),
                                innermost(task)))


class GreenBt(gdb.Command):
    """green bt ID [WORDS]: the stack of a task; green bt all: of each.

Further words are handed to backtrace.  Where several loops have a task of that
number, LOOP:ID says which."""

    def __init__(self):
        super().__init__("green bt", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        which, _, words = arg.strip().partition(" ")
        if which == "":
            raise gdb.GdbError("green bt: the number of a task, or all")
        if which != "all":
            print(backtrace(find_task(which), words), end="")
            return
        for task in all_tasks():
            print("\n" + title(task))
            print(backtrace(task, words), end="")


class GreenTask(gdb.Command):
    """green task ID: make the stack of a task the current one.

Frame 0 stays the thread's own; the task's are those from frame 1 on.  Without a
number, and when the process goes on, the thread has its own stack again."""

    def __init__(self):
        super().__init__("green task", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        if arg.strip() == "":
            unwinder.forget()
            return
        task = find_task(arg.strip())
        if task.thread is not None:
            task.thread.switch()
        else:
            unwinder.use(task)
            gdb.execute("frame 1")


Green()
GreenTasks()
GreenBt()
GreenTask()
