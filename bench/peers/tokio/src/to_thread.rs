//! An empty call to a thread and back with tokio: as bench/to_thread.c.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors

use std::time::Instant;

/// What all threads have had of the CPUs, as Linux tells.
fn cpu_ns() -> u64 {
    let mut sum = 0;
    for entry in std::fs::read_dir("/proc/self/task").unwrap() {
        let path = entry.unwrap().path().join("schedstat");
        if let Ok(text) = std::fs::read_to_string(path) {
            sum += text.split(' ').next().unwrap().parse::<u64>().unwrap();
        }
    }
    sum
}

async fn calls(n: u64) {
    for _ in 0..n {
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    }
}

async fn all(at_once: u64, n: u64) {
    let tasks: Vec<_> = (0..at_once)
        .map(|_| tokio::task::spawn_local(calls(n / at_once)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn main() {
    let args: Vec<u64> = std::env::args()
        .skip(1)
        .map(|a| a.parse().expect("usage: to_thread AT_ONCE CALLS"))
        .collect();
    let (at_once, n) = (args[0], args[1]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(40)
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();

    local.block_on(&runtime, all(at_once, n / 10));
    let (start, cpu) = (Instant::now(), cpu_ns());
    local.block_on(&runtime, all(at_once, n));
    let wall = start.elapsed().as_nanos() as f64;
    println!(
        "{:.3} {:.3}",
        wall / n as f64 / 1e3,
        (cpu_ns() - cpu) as f64 / n as f64 / 1e3
    );
}
