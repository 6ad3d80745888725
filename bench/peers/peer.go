// Go: goroutines, all of them on one processor.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors
package main

import (
	"context"
	"fmt"
	"io/fs"
	"log"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	request  = 64
	pageSize = 4096
	piece    = 65536
	fileSize = 64 << 20
)

var page = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" +
	"Content-Length: 14\r\n\r\nHello, world!\n")

// One measurement: as struct trial of bench/bench.h.
type trial struct {
	tasks, n  int
	wall, cpu time.Duration
	bytes     float64
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (t *trial) start() {
	t.cpu = -cpuTime()
	t.wall = -time.Duration(time.Now().UnixNano())
}

func (t *trial) stop() {
	t.wall += time.Duration(time.Now().UnixNano())
	t.cpu += cpuTime()
}

func (t *trial) each() int {
	each := (t.n + t.tasks - 1) / t.tasks
	t.n = each * t.tasks
	return each
}

// memory is that of bench/memory.h.
func memory() (bytes float64) {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) > 1 && (f[0] == "VmRSS:" || f[0] == "VmPTE:") {
			kib, _ := strconv.ParseFloat(f[1], 64)
			bytes += kib * 1024
		}
	}
	return bytes
}

func all(tasks int, fn func(i int)) {
	var wg sync.WaitGroup
	wg.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func() {
			fn(i)
			wg.Done()
		}()
	}
	wg.Wait()
}

// behindGate is all, with a gate as in bench/in_green.h.
func behindGate(t *trial, tasks int, fn func(i int)) {
	inside, gate := 0, make(chan bool)
	go func() {
		for inside < tasks {
			runtime.Gosched()
		}
		t.start()
		close(gate)
	}()
	all(tasks, func(i int) {
		inside++
		<-gate
		fn(i)
		if inside--; inside == 0 {
			t.stop()
		}
	})
}

func hop(t *trial) {
	each := t.each()
	behindGate(t, t.tasks, func(int) {
		for i := 0; i < each; i++ {
			runtime.Gosched()
		}
	})
}

// So many at once, again and again; the first time does not count.
func spawn(t *trial) {
	all(t.tasks, func(int) {})
	t.start()
	for i := t.each(); i > 0; i-- {
		all(t.tasks, func(int) {})
	}
}

func park(t *trial) {
	before := memory()
	rounds := t.each()
	for i := 0; i <= rounds; i++ {
		if i == 1 {
			t.start()
		}
		wake := make(chan bool)
		var wg sync.WaitGroup
		wg.Add(t.tasks)
		for j := 0; j < t.tasks; j++ {
			go func() {
				<-wake
				wg.Done()
			}()
		}
		runtime.Gosched()
		if t.bytes == 0 && t.tasks >= 1000 {
			t.bytes = (memory() - before) / float64(t.tasks)
		}
		close(wake)
		wg.Wait()
	}
}

func timer(t *trial) {
	all(t.tasks, func(int) {})
	t.start()
	for i := t.each(); i > 0; i-- {
		all(t.tasks, func(int) {
			time.Sleep(time.Duration(1 + rand.Intn(t.tasks*20000)))
		})
	}
}

func timeout(t *trial) {
	for i := 0; i < t.n; i++ {
		ctx, cancel := context.WithTimeout(context.Background(),
			time.Second)
		if ctx.Err() != nil {
			log.Fatal(ctx.Err())
		}
		cancel()
	}
}

func pass(capacity int) func(t *trial) {
	return func(t *trial) {
		pairs := t.tasks / 2
		if pairs == 0 {
			t.n = 0
			return
		}
		each := (t.n + pairs - 1) / pairs
		t.n = each * pairs
		channels := make([]chan int, pairs)
		for i := range channels {
			channels[i] = make(chan int, capacity)
		}
		behindGate(t, 2*pairs, func(i int) {
			c := channels[i/2]
			for k := 0; k < each; k++ {
				if i%2 == 0 {
					c <- k
				} else {
					<-c
				}
			}
		})
	}
}

func choose(t *trial) {
	if t.tasks != 2 {
		t.n = 0
		return
	}
	a, b, done := make(chan int), make(chan int), make(chan bool)
	send := func(c chan int) {
		for i := 0; ; i++ {
			select {
			case c <- i:
			case <-done:
				return
			}
		}
	}
	go send(a)
	go send(b)
	for i := 0; i < t.n; i++ {
		select {
		case <-a:
		case <-b:
		}
	}
	close(done)
}

func lock(t *trial) {
	var m sync.Mutex
	for i := 0; i < t.n; i++ {
		m.Lock()
		m.Unlock()
	}
}

func lockWanted(t *trial) {
	each := t.each()
	var m sync.Mutex
	behindGate(t, t.tasks, func(int) {
		for i := 0; i < each; i++ {
			m.Lock()
			runtime.Gosched()
			m.Unlock()
		}
	})
}

func readAnywhere(t *trial) {
	f, err := os.Open(os.Getenv("BENCH_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	each := t.each()
	t.start()
	all(t.tasks, func(int) {
		buf := make([]byte, pageSize)
		for i := 0; i < each; i++ {
			at := int64(rand.Intn(fileSize/pageSize) * pageSize)
			if _, err := f.ReadAt(buf, at); err != nil {
				log.Fatal(err)
			}
		}
	})
	t.stop()
}

func readPieces(t *trial) {
	f, err := os.Open(os.Getenv("BENCH_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, piece)
	t.start()
	for i := 0; i < t.n; i++ {
		if n, _ := f.Read(buf); n != piece {
			f.Seek(0, 0)
			f.Read(buf)
		}
	}
	t.stop()
}

func process(t *trial) {
	each := t.each()
	all(t.tasks, func(int) {
		for i := 0; i < each; i++ {
			if err := exec.Command("true").Run(); err != nil {
				log.Fatal(err)
			}
		}
	})
}

func walk(stat bool) func(t *trial) {
	return func(t *trial) {
		top, met := os.Getenv("BENCH_TREE"), 0
		t.start()
		for met < t.n {
			filepath.WalkDir(top, func(path string, d fs.DirEntry,
				err error) error {
				if err == nil && stat {
					_, err = d.Info()
				}
				if d.Type().IsRegular() {
					met++
				}
				return err
			})
		}
		t.stop()
		t.n = met
	}
}

var subjects = map[string]func(t *trial){
	"switch":      hop,
	"spawn":       spawn,
	"park":        park,
	"timer":       timer,
	"timeout":     timeout,
	"channel":     pass(0),
	"channel-64":  pass(64),
	"select":      choose,
	"lock":        lock,
	"lock-wanted": lockWanted,
	"file-4k":     readAnywhere,
	"file-64k":    readPieces,
	"process":     process,
	"walk":        walk(false),
	"walk-stat":   walk(true),
}

// Once, with as many operations as fill the time.
func measure(name string, tasks int) {
	fn, ok := subjects[name]
	if !ok {
		os.Exit(3)
	}
	length, err := strconv.ParseFloat(os.Getenv("BENCH_SECONDS"), 64)
	if err != nil {
		length = 0.1
	}
	t, bytes := &trial{n: 1}, 0.0
	for filled := 0; filled < 2 && t.wall.Seconds() < 10*length; {
		n := t.n
		if filled == 0 && t.wall > 0 {
			more := 1.2 * length / t.wall.Seconds()
			n = int(float64(n)*min(100, max(1.5, more))) + 1
		}
		t = &trial{tasks: tasks, n: n}
		t.start()
		fn(t)
		if t.wall < 0 {
			t.stop()
		}
		bytes = max(bytes, t.bytes)
		if t.n == 0 {
			return
		}
		if t.wall.Seconds() >= length {
			filled++
		} else {
			filled = 0
		}
	}
	wall := float64(t.wall) / float64(t.n)
	fmt.Printf("%s %d Go %.2f %.2f 0 %.2f %.0f %.0f\n", name, tasks, wall,
		wall, float64(t.cpu)/float64(t.n), 1e9/wall, bytes)
}

func answer(c net.Conn, http bool) {
	defer c.Close()
	buf := make([]byte, 512)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if !http {
			_, err = c.Write(buf[:n])
		}
		for ; http && err == nil && n > 0; n -= request {
			_, err = c.Write(page)
		}
		if err != nil {
			return
		}
	}
}

func serve(http bool) {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	for err == nil {
		var c net.Conn
		if c, err = l.Accept(); err == nil {
			go answer(c, http)
		}
	}
	log.Fatal(err)
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) < 3 {
		serve(os.Args[1] == "http")
	}
	tasks, _ := strconv.Atoi(os.Args[2])
	measure(os.Args[1], tasks)
}
