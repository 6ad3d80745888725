/*
 * A tree that is watched, as its parts see it: the entries (watch_entry.c), the
 * look at them (watch_tree.c), and what follows from what it has found
 * (watch_changes.c).  All in a worker.  -1: out of memory, or what a function
 * says of itself.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_ENTRY_H
#define FS_WATCH_ENTRY_H

#include "watch_tree.h"

/* The same inode; unchanged, too; with the same owner and rights, too. */
bool	 green__same_file(const struct stat *a, const struct stat *b);
bool	 green__same_content(const struct stat *a, const struct stat *b);
bool	 green__same_attributes(const struct stat *a, const struct stat *b);

/* It is in no list of siblings yet. */
struct green__entry *green__entry_new(struct green__entry *parent,
	    const char *name);
/* e and all below it. */
void	 green__entry_free(struct green__tree *t, struct green__entry *e);
void	 green__entry_put(struct green__tree *t, struct green__entry *e,
	    enum green__entry_state state);
/* Names are others now: what was MISSED is due. */
void	 green__tree_find_missed(struct green__tree *t);
/* Valid until the next call. */
const char *green__tree_path(struct green__tree *t,
	    const struct green__entry *e);

/* from: what it was called; or NULL. */
int	 green__tree_tell(struct green__tree *t, enum green_watch_kind kind,
	    const struct green__entry *e, const char *from);
/* Of a new tree as well. */
int	 green__tree_tell_always(struct green__tree *t,
	    enum green_watch_kind kind, const struct green__entry *e,
	    const char *from, int error);
/* Nothing is told of it, from now on; once is enough to say so. */
int	 green__tree_give_up(struct green__tree *t, struct green__entry *e,
	    int error);

/* e has come, or the tree is new: from here on it is watched. */
int	 green__tree_enter(struct green__tree *t, struct green__entry *e);
/* What a look has found. */
int	 green__tree_tell_changes(struct green__tree *t);

#endif /* FS_WATCH_ENTRY_H */
