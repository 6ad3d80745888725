// tokio: tasks in one thread.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors
mod serve;

use std::cell::Cell;
use std::future::Future;
use std::io::SeekFrom;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::{mpsc, Mutex, Notify};
use tokio::task::{spawn_local, yield_now};

const PAGE: usize = 4096;
const PIECE: usize = 65536;
const FILE_SIZE: usize = 64 << 20;

/// One measurement: as struct trial of bench/bench.h.
#[derive(Default)]
struct Trial {
    tasks: usize,
    n: usize,
    began: Option<(Instant, u64)>,
    wall: f64,
    cpu: f64,
    bytes: f64,
}

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

/// As bench/memory.h has it.
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    text.lines()
        .filter(|l| l.starts_with("VmRSS:") || l.starts_with("VmPTE:"))
        .map(|l| l.split_whitespace().nth(1).unwrap())
        .map(|kib| kib.parse::<f64>().unwrap() * 1024.0)
        .sum()
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        (self.0 >> 33) as usize % n
    }
}

impl Trial {
    fn start(&mut self) {
        self.began = Some((Instant::now(), cpu_ns()));
    }

    fn stop(&mut self) {
        if let Some((wall, cpu)) = self.began.take() {
            self.wall = wall.elapsed().as_nanos() as f64;
            self.cpu = (cpu_ns() - cpu) as f64;
        }
    }

    fn each(&mut self) -> usize {
        let each = self.n.div_ceil(self.tasks);
        self.n = each * self.tasks;
        each
    }
}

/// All of them, until they end.
async fn all<F, R>(tasks: usize, f: F)
where
    F: Fn(usize) -> R,
    R: Future<Output = ()> + 'static,
{
    let handles: Vec<_> = (0..tasks).map(|i| spawn_local(f(i))).collect();
    for h in handles {
        h.await.unwrap();
    }
}

/// These, with a gate as in bench/in_green.h.
async fn behind_gate<R>(t: &mut Trial, works: impl Iterator<Item = R>)
where
    R: Future<Output = ()> + 'static,
{
    let (inside, open) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let mut handles = Vec::new();
    for work in works {
        let (inside, open) = (inside.clone(), open.clone());
        handles.push(spawn_local(async move {
            inside.set(inside.get() + 1);
            while !open.get() {
                yield_now().await;
            }
            work.await
        }));
    }
    while inside.get() < handles.len() {
        yield_now().await;
    }
    t.start();
    open.set(true);
    for h in handles {
        h.await.unwrap();
    }
    t.stop();
}

async fn hop(each: usize) {
    for _ in 0..each {
        yield_now().await;
    }
}

async fn park(t: &mut Trial) {
    let before = memory();
    for i in 0..=t.each() {
        if i == 1 {
            t.start();
        }
        let wake = Arc::new(Notify::new());
        let mut handles = Vec::new();
        for _ in 0..t.tasks {
            let wake = wake.clone();
            handles.push(spawn_local(async move { wake.notified().await }));
        }
        yield_now().await;
        if t.bytes == 0.0 && t.tasks >= 1000 {
            t.bytes = (memory() - before) / t.tasks as f64;
        }
        /* Those that have not come so far find nothing left. */
        for h in handles {
            while !h.is_finished() {
                wake.notify_waiters();
                yield_now().await;
            }
        }
    }
}

async fn nap(span: usize) {
    tokio::time::sleep(Duration::from_nanos(span as u64)).await;
}

async fn timeout(n: usize) {
    for _ in 0..n {
        let second = Duration::from_secs(1);
        tokio::time::timeout(second, async {}).await.unwrap();
    }
}

/// There is no rendezvous: a buffer of one comes next.
async fn pass(t: &mut Trial, capacity: usize) {
    let pairs = t.tasks / 2;
    if pairs == 0 {
        t.n = 0;
        return;
    }
    let each = t.n.div_ceil(pairs);
    t.n = each * pairs;
    let mut ends = Vec::new();
    for _ in 0..pairs {
        let (tx, rx) = mpsc::channel(capacity);
        ends.push((Some(tx), None));
        ends.push((None, Some(rx)));
    }
    let works = ends.into_iter().map(|(tx, rx)| async move {
        if let Some(tx) = tx {
            for i in 0..each {
                tx.send(i).await.unwrap();
            }
        }
        if let Some(mut rx) = rx {
            while rx.recv().await.is_some() {}
        }
    });
    behind_gate(t, works).await
}

async fn choose(t: &mut Trial) {
    if t.tasks != 2 {
        t.n = 0;
        return;
    }
    let (tx, mut a) = mpsc::channel(1);
    let (ty, mut b) = mpsc::channel(1);
    for tx in [tx, ty] {
        spawn_local(async move { while tx.send(1usize).await.is_ok() {} });
    }
    for _ in 0..t.n {
        tokio::select! {
            _ = a.recv() => (),
            _ = b.recv() => (),
        }
    }
}

async fn lock(n: usize) {
    let m = Mutex::new(());
    for _ in 0..n {
        drop(m.lock().await);
    }
}

async fn want(m: Arc<Mutex<()>>, each: usize) {
    for _ in 0..each {
        let held = m.lock().await;
        yield_now().await;
        drop(held);
    }
}

async fn call(each: usize) {
    for _ in 0..each {
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    }
}

async fn open() -> tokio::fs::File {
    let path = std::env::var("BENCH_FILE").unwrap();
    tokio::fs::File::open(path).await.unwrap()
}

async fn read_anywhere(each: usize) {
    let (mut f, mut buf, mut random) = (open().await, [0; PAGE], Random(1));
    for _ in 0..each {
        let at = random.below(FILE_SIZE / PAGE) * PAGE;
        f.seek(SeekFrom::Start(at as u64)).await.unwrap();
        f.read_exact(&mut buf).await.unwrap();
    }
}

async fn read_pieces(n: usize) {
    let (mut f, mut buf) = (open().await, vec![0; PIECE]);
    for i in 0..n {
        if i > 0 && i % (FILE_SIZE / PIECE) == 0 {
            f.seek(SeekFrom::Start(0)).await.unwrap();
        }
        f.read_exact(&mut buf).await.unwrap();
    }
}

async fn processes(each: usize) {
    for _ in 0..each {
        let mut child = tokio::process::Command::new("true").spawn().unwrap();
        assert!(child.wait().await.unwrap().success());
    }
}

async fn subject(name: &str, t: &mut Trial) {
    let tasks = t.tasks;
    t.start();
    match name {
        "switch" => {
            let each = t.each();
            behind_gate(t, (0..tasks).map(|_| hop(each))).await
        }
        /* The first time does not count. */
        "spawn" => {
            all(tasks, |_| async {}).await;
            t.start();
            for _ in 0..t.each() {
                all(tasks, |_| async {}).await
            }
        }
        "park" => park(t).await,
        "timer" => {
            let mut random = Random(1);
            all(tasks, |_| async {}).await;
            t.start();
            for _ in 0..t.each() {
                let span: Vec<_> = (0..tasks)
                    .map(|_| 1 + random.below(tasks * 20000))
                    .collect();
                all(tasks, |i| nap(span[i])).await
            }
        }
        "timeout" => timeout(t.n).await,
        "channel" => pass(t, 1).await,
        "channel-64" => pass(t, 64).await,
        "select" => choose(t).await,
        "lock" => lock(t.n).await,
        "lock-wanted" => {
            let (each, m) = (t.each(), Arc::new(Mutex::new(())));
            let works = (0..tasks).map(|_| want(m.clone(), each));
            behind_gate(t, works).await
        }
        "to_thread" => {
            all(tasks, |_| call(1)).await;
            let each = t.each();
            t.start();
            all(tasks, |_| call(each)).await
        }
        "file-4k" => {
            let each = t.each();
            all(tasks, |_| read_anywhere(each)).await
        }
        "file-64k" => read_pieces(t.n).await,
        "process" => {
            let each = t.each();
            all(tasks, |_| processes(each)).await
        }
        _ => std::process::exit(3),
    }
    t.stop();
}

/// Once, with as many operations as fill the time.
async fn measure(name: &str, tasks: usize) {
    let length = std::env::var("BENCH_SECONDS").unwrap_or("0.1".into());
    let length: f64 = length.parse::<f64>().unwrap() * 1e9;
    let (mut n, mut filled, mut bytes) = (1, 0, 0f64);
    loop {
        let mut t = Trial { tasks, n, ..Default::default() };
        subject(name, &mut t).await;
        bytes = bytes.max(t.bytes);
        if t.n == 0 {
            return;
        }
        filled = if t.wall >= length { filled + 1 } else { 0 };
        if filled == 2 || t.wall >= 10.0 * length {
            let (wall, cpu) = (t.wall / t.n as f64, t.cpu / t.n as f64);
            println!("{name} {tasks} tokio {wall:.2} {wall:.2} 0 {cpu:.2} \
                {:.0} {bytes:.0}", 1e9 / wall);
            return;
        }
        if filled == 0 {
            let more = (1.2 * length / t.wall).clamp(1.5, 100.0);
            n = (t.n as f64 * more) as usize + 1;
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rt = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(40)
        .enable_all()
        .build()
        .unwrap();
    if args.len() < 3 {
        return rt.block_on(serve::serve(args[1] == "http")).unwrap();
    }
    let tasks = args[2].parse().expect("tasks");
    let local = tokio::task::LocalSet::new();
    local.block_on(&rt, measure(&args[1], tasks));
}
