/*
 * Channels carry fixed-size items, by copy, between the tasks of one loop.
 * Each end can be cloned; a channel's receivers see its end when every sender
 * is closed and the buffer is empty, and its senders fail with EPIPE when
 * every receiver is closed.  Each item goes to one receiver; whoever waits is
 * served in the order of arrival.
 *
 * Opening, cloning, closing, asking and *_nowait work in any thread, until the
 * first time somebody waits; from then on a channel belongs to that loop.
 */
#ifndef GREEN_CHANNEL_H
#define GREEN_CHANNEL_H

#include <green/run.h>

GREEN_BEGIN_DECLS

struct green_sender;
struct green_receiver;

/* capacity: items held while nobody receives; 0: a rendezvous;
   GREEN_UNBOUNDED: as memory allows.  EINVAL: item_size 0; ENOMEM */
#define GREEN_UNBOUNDED SIZE_MAX
int	 green_channel_open(size_t item_size, size_t capacity,
	    struct green_sender **tx, struct green_receiver **rx) GREEN_CHECK;
struct green_sender *green_sender_clone(struct green_sender *tx) GREEN_CHECK;
struct green_receiver *green_receiver_clone(struct green_receiver *rx) GREEN_CHECK;
/* Wakes whoever waits on this very end, with EBADF, and frees it; NULL is
   allowed.  The channel goes with its last end. */
void	 green_sender_close(struct green_sender *tx);
void	 green_receiver_close(struct green_receiver *rx);

/* 0; EPIPE: no receivers; EAGAIN: nowait, and full with nobody receiving;
   ENOMEM: unbounded.  What was not sent is still the caller's. */
int	 green_channel_send(struct green_sender *tx, const void *item) GREEN_CHECK;
int	 green_channel_send_nowait(struct green_sender *tx, const void *item) GREEN_CHECK;
/* 1: an item; 0: the end; -1: EAGAIN with nowait.  An item is never lost: a
   cancelled receive has taken none. */
int	 green_channel_receive(struct green_receiver *rx, void *item) GREEN_CHECK;
int	 green_channel_receive_nowait(struct green_receiver *rx, void *item) GREEN_CHECK;

/* Called for items that nobody will receive any more: left in the buffer when
   the last receiver closes.  NULL: none, as at first. */
void	 green_channel_set_drop(struct green_receiver *rx, void (*drop)(void *item));

struct green_channel_stats {
	size_t	 buffered, capacity;
	size_t	 senders, receivers;		/* open ends */
	size_t	 senders_waiting, receivers_waiting;	/* tasks */
	size_t	 peak;				/* most ever buffered */
};
void	 green_sender_stats(const struct green_sender *tx, struct green_channel_stats *st);
void	 green_receiver_stats(const struct green_receiver *rx, struct green_channel_stats *st);

/*
 * Wait until one of n operations can go ahead, and do that one alone: its
 * index, with its outcome in result and (if result is -1) code.  One that would
 * fail at once can go ahead.  The start of the search wanders, so that no case
 * starves.  While it waits the task counts as waiting on each of its channels,
 * and a nowait operation on the other side finds it; two cases of one call are
 * never matched with each other.
 *   EAGAIN   block is false, and none can go ahead
 *   EINVAL   no case, or one with both ends or neither
 *   ENOMEM   many cases, and it would have to wait
 */
struct green_case {
	struct green_sender *send_to;		/* either this with item ... */
	struct green_receiver *receive_from;	/* ... or this */
	void	*item;
	int	 result;		/* as of the send or receive */
	int	 code;			/* errno of a failed one */
};
int	 green_select(struct green_case *cases, size_t n, bool block) GREEN_CHECK;

/*
 * A topic hands every item to every subscriber.  Publishing never blocks: a
 * subscriber that falls more than capacity items behind loses the oldest, and
 * its next receive fails once with EOVERFLOW, green_subscriber_missed() of
 * them.
 */
struct green_topic;
struct green_subscriber;
/* EINVAL: item_size or capacity 0; ENOMEM */
struct green_topic *green_topic_open(size_t item_size, size_t capacity) GREEN_CHECK;
/* EPIPE: closed */
int	 green_topic_publish(struct green_topic *t, const void *item) GREEN_CHECK;
/* Subscribers receive what they have not read yet, and then the end.  A closed
   topic can be named as long as it has subscribers; NULL is allowed. */
void	 green_topic_close(struct green_topic *t);
/* What is published from now on.  EPIPE: closed; ENOMEM */
struct green_subscriber *green_topic_subscribe(struct green_topic *t) GREEN_CHECK;
/* 1: an item; 0: the end; -1: EOVERFLOW; EBUSY: another task waits here; EBADF:
   closed meanwhile.  A cancelled receive has taken no item. */
int	 green_subscriber_receive(struct green_subscriber *s, void *item) GREEN_CHECK;
/* How many were lost, as of the last EOVERFLOW; 0: none so far. */
size_t	 green_subscriber_missed(const struct green_subscriber *s);
void	 green_subscriber_close(struct green_subscriber *s);

GREEN_END_DECLS
#endif /* GREEN_CHANNEL_H */
