// The server of bench/echo.c: a task a connection.
// SPDX-License-Identifier: ISC
// Copyright (c) 2026 The libgreen authors
use std::os::fd::FromRawFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const REQUEST: usize = 64;
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\
Content-Length: 14\r\n\r\nHello, world!\n";

async fn answer(mut s: TcpStream, http: bool) -> std::io::Result<()> {
    let mut buf = [0u8; 512];
    s.set_nodelay(true)?;
    loop {
        let n = s.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        if !http {
            s.write_all(&buf[..n]).await?;
            continue;
        }
        for _ in 0..n.div_ceil(REQUEST) {
            s.write_all(PAGE).await?;
        }
    }
}

pub async fn serve(http: bool) -> std::io::Result<()> {
    let l = unsafe { std::net::TcpListener::from_raw_fd(3) };
    l.set_nonblocking(true)?;
    let l = TcpListener::from_std(l)?;
    loop {
        let (s, _) = l.accept().await?;
        tokio::spawn(answer(s, http));
    }
}
