// Boost.Fiber: fibers of one thread.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors
#include <boost/fiber/all.hpp>

#include <chrono>
#include <vector>

#include "../bench.h"
#include "../memory.h"
#include "peer.h"

namespace fibers = boost::fibers;

// All of them, and wait until they end.
template <typename F>
static void
in_fibers(long tasks, F fn)
{
	std::vector<fibers::fiber> all;

	all.reserve((size_t)tasks);
	for (long i = 0; i < tasks; i++)
		all.emplace_back(fn, i);
	for (auto &f : all)
		f.join();
}

static long
each_of(struct trial *t)
{
	long each = (t->n + t->tasks - 1) / t->tasks;

	t->n = each * t->tasks;
	return each;
}

// The same behind a gate, as in bench/in_green.h.
template <typename F>
static void
behind_gate(struct trial *t, long tasks, F fn)
{
	long inside = 0;
	bool open = false;

	auto keeper = boost::fibers::fiber([&] {
		while (inside < tasks)
			boost::this_fiber::yield();
		trial_start(t);
		open = true;
	});
	in_fibers(tasks, [&](long i) {
		inside++;
		while (!open)
			boost::this_fiber::yield();
		fn(i);
		if (--inside == 0)
			trial_stop(t);
	});
	keeper.join();
}

static int
hop_all(void *arg)
{
	auto *t = (struct trial *)arg;
	long each = each_of(t);

	behind_gate(t, t->tasks, [=](long) {
		for (long i = 0; i < each; i++)
			boost::this_fiber::yield();
	});
	return 0;
}

// So many at once, again and again; the first time does not count.
static int
spawn(void *arg)
{
	auto *t = (struct trial *)arg;

	in_fibers(t->tasks, [](long) {});
	trial_start(t);
	for (long i = each_of(t); i > 0; i--)
		in_fibers(t->tasks, [](long) {});
	return 0;
}

static int
park(void *arg)
{
	auto *t = (struct trial *)arg;
	double before = memory();
	long rounds = each_of(t);

	for (long i = 0; i <= rounds; i++) {
		if (i == 1)
			trial_start(t);
		fibers::mutex m;
		fibers::condition_variable wake;
		bool awake = false;
		std::vector<fibers::fiber> all;

		all.reserve((size_t)t->tasks);
		for (long j = 0; j < t->tasks; j++)
			all.emplace_back([&] {
				std::unique_lock<fibers::mutex> l(m);
				while (!awake)
					wake.wait(l);
			});
		boost::this_fiber::yield();
		if (t->bytes == 0 && t->tasks >= MEASURABLE)
			t->bytes = (memory() - before) / (double)t->tasks;
		{
			std::unique_lock<fibers::mutex> l(m);
			awake = true;
		}
		wake.notify_all();
		for (auto &f : all)
			f.join();
	}
	return 0;
}

static int
timer(void *arg)
{
	auto *t = (struct trial *)arg;
	long tasks = t->tasks;

	in_fibers(tasks, [](long) {});
	trial_start(t);
	for (long i = each_of(t); i > 0; i--)
		in_fibers(tasks, [=](long) {
			boost::this_fiber::sleep_for(
			    std::chrono::nanoseconds(nap_ns(tasks)));
		});
	return 0;
}

template <typename Channel, typename... Args>
static int
pass(struct trial *t, Args... args)
{
	long pairs = t->tasks / 2;

	if (pairs == 0) {
		t->n = 0;
		return 0;
	}
	long each = (t->n + pairs - 1) / pairs;

	t->n = each * pairs;
	std::vector<std::unique_ptr<Channel>> channels;
	for (long i = 0; i < pairs; i++)
		channels.emplace_back(new Channel(args...));
	behind_gate(t, 2 * pairs, [&](long i) {
		Channel *c = channels[(size_t)i / 2].get();
		long item = 0;

		for (long k = 0; k < each; k++)
			if (i % 2 == 0)
				c->push(k);
			else
				c->pop(item);
	});
	return 0;
}

static int
rendezvous(void *arg)
{
	return pass<fibers::unbuffered_channel<long>>((struct trial *)arg);
}

static int
buffer(void *arg)
{
	return pass<fibers::buffered_channel<long>>((struct trial *)arg, 64);
}

static int
lock(void *arg)
{
	auto *t = (struct trial *)arg;
	fibers::mutex m;

	for (long i = 0; i < t->n; i++) {
		m.lock();
		m.unlock();
	}
	return 0;
}

static int
lock_wanted(void *arg)
{
	auto *t = (struct trial *)arg;
	long each = each_of(t);
	fibers::mutex m;

	behind_gate(t, t->tasks, [&](long) {
		for (long i = 0; i < each; i++) {
			std::unique_lock<fibers::mutex> l(m);
			boost::this_fiber::yield();
		}
	});
	return 0;
}

#define WHO	"Boost.Fiber"

static const struct subject subjects[] = {
	{ "switch", WHO, hop_all, nullptr, { 2 }, nullptr },
	{ "spawn", WHO, spawn, nullptr, { 1 }, nullptr },
	{ "park", WHO, park, nullptr, { 1000 }, nullptr },
	{ "timer", WHO, timer, nullptr, { 1000 }, nullptr },
	{ "channel", WHO, rendezvous, nullptr, { 2 }, nullptr },
	{ "channel-64", WHO, buffer, nullptr, { 2 }, nullptr },
	{ "lock", WHO, lock, nullptr, { 1 }, nullptr },
	{ "lock-wanted", WHO, lock_wanted, nullptr, { 2 }, nullptr },
	{ nullptr, nullptr, nullptr, nullptr, {}, nullptr }
};

int
main(int argc, char *argv[])
{
	return bench(argc, argv, subjects);
}
