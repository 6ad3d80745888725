/*
 * libgreen: green threads with structured concurrency for portable Unix
 * programs.  This header brings in the whole public interface; each part can
 * also be included alone.
 */
#ifndef GREEN_H
#define GREEN_H

#include <green/run.h>		/* loops, time, checkpoints */
#include <green/scope.h>	/* cancel scopes, deadlines, shields */
#include <green/group.h>	/* task groups, tasks */
#include <green/sync.h>		/* events, locks, semaphores, limiters, ... */
#include <green/channel.h>	/* channels, select, topics */
#include <green/local.h>	/* task-local and loop-local variables */
#include <green/debug.h>	/* dumps, statistics, stall reports */
#include <green/thread.h>	/* worker threads */
#include <green/stream.h>	/* byte streams, listeners */
#include <green/net.h>		/* TCP and UNIX sockets, names */
#include <green/tls.h>		/* TLS over any stream */
#include <green/file.h>		/* open files */
#include <green/path.h>		/* paths, directories */
#include <green/watch.h>		/* watching trees */
#include <green/process.h>	/* processes, signals */

#endif /* GREEN_H */
