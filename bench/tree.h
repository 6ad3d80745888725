/*
 * What bench/tree does, beside the usual tools.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TREE_H
#define TREE_H

/* A verb and its paths; the status to exit with. */
int	 tree_verb(int argc, char *argv[]);

#endif /* TREE_H */
