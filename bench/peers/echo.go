// The server of bench/echo.c in Go: a goroutine a connection, one processor.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors
package main

import (
	"log"
	"net"
	"os"
	"runtime"
)

const request = 64

var page = []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" +
	"Content-Length: 14\r\n\r\nHello, world!\n")

func serve(c net.Conn, http bool) {
	defer c.Close()
	buf := make([]byte, 4096)
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

func main() {
	runtime.GOMAXPROCS(1)
	http := len(os.Args) > 1 && os.Args[1] == "http"
	l, err := net.FileListener(os.NewFile(3, "listener"))
	for err == nil {
		var c net.Conn
		if c, err = l.Accept(); err == nil {
			go serve(c, http)
		}
	}
	log.Fatal(err)
}
