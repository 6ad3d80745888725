# One loop, many tasks.

libgreen_all_la_SOURCES += \
	%D%/base.h \
	%D%/block.c \
	%D%/cancel.c \
	%D%/cancel.h \
	%D%/channel.c \
	%D%/channel_internal.h \
	%D%/checkpoint.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/cond.c \
	%D%/context.c \
	%D%/context.h \
	%D%/context_annotate.h \
	%D%/context_asm.h \
	%D%/context_fpenv.h \
	%D%/context_sigaltstack.c \
	%D%/context_switch.h \
	%D%/counter.h \
	%D%/door.c \
	%D%/door.h \
	%D%/dump.c \
	%D%/dump_on.c \
	%D%/errmsg.c \
	%D%/event.c \
	%D%/fail.h \
	%D%/failure.c \
	%D%/fd.c \
	%D%/fd.h \
	%D%/fd_wait.c \
	%D%/future.c \
	%D%/group.c \
	%D%/guard.c \
	%D%/guest.c \
	%D%/handle.c \
	%D%/idle.c \
	%D%/inbox.c \
	%D%/internal.h \
	%D%/interrupt.c \
	%D%/limiter.c \
	%D%/limiter.h \
	%D%/local.c \
	%D%/lock.c \
	%D%/lock.h \
	%D%/loop.h \
	%D%/loops.c \
	%D%/meter.c \
	%D%/meter.h \
	%D%/out.c \
	%D%/out.h \
	%D%/overflow.c \
	%D%/parallel.c \
	%D%/park.h \
	%D%/pattern.c \
	%D%/pipe.c \
	%D%/pipe.h \
	%D%/probe.c \
	%D%/probe.h \
	%D%/queue.c \
	%D%/queue.h \
	%D%/reactor.c \
	%D%/reactor.h \
	%D%/reactor_poll.c \
	%D%/reactor_wakeup.c \
	%D%/reactor_wakeup.h \
	%D%/reactor_watcher.c \
	%D%/reactor_watcher.h \
	%D%/run.c \
	%D%/sched.c \
	%D%/scope.c \
	%D%/scope_enter.h \
	%D%/select.c \
	%D%/sem.c \
	%D%/signal.c \
	%D%/signal.h \
	%D%/slab.c \
	%D%/slab.h \
	%D%/spin.c \
	%D%/stack.c \
	%D%/stack.h \
	%D%/start.c \
	%D%/stats.c \
	%D%/switch.h \
	%D%/task.c \
	%D%/task.h \
	%D%/task_info.c \
	%D%/timer.c \
	%D%/topic.c \
	%D%/trace.h \
	%D%/wait.c \
	%D%/wait.h \
	%D%/watchdog.c \
	# EOL

if GREEN_CONTEXT_ASM
libgreen_all_la_SOURCES += %D%/context_asm.c
endif
if GREEN_UCONTEXT
libgreen_all_la_SOURCES += %D%/context_ucontext.c
endif
if GREEN_EPOLL
libgreen_all_la_SOURCES += %D%/reactor_epoll.c
endif
if GREEN_KQUEUE
libgreen_all_la_SOURCES += %D%/reactor_kqueue.c
endif
