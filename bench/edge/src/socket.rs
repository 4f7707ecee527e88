//! A WebSocket client that costs little, so that a machine shared with the server measures the server.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use uuid::Uuid;

/// No answer takes this long unless something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    read: Vec<u8>,
    /// Where the next frame begins in `read`.
    at: usize,
    requests: u64,
}

/// A frame's kind.
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

impl Socket {
    /// Opens one, from an address of this machine if it matters which.
    pub(crate) async fn open(address: SocketAddr, path: &str, from: Option<IpAddr>) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let mut stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let asked = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGFuZGVtIGJlbmNobWFyaw==\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).await?;
        let mut read = Vec::with_capacity(1_024);
        let at = loop {
            if stream.read_buf(&mut read).await? == 0 {
                return Err(io::Error::other("the server hung up"));
            }
            if let Some(head) = read.windows(4).position(|end| end == b"\r\n\r\n") {
                break head + 4;
            }
        };
        if !read.starts_with(b"HTTP/1.1 101") {
            let head = String::from_utf8_lossy(&read[..at]);
            return Err(io::Error::other(format!("not a WebSocket: {head}")));
        }
        Ok(Self { stream, read, at, requests: 0 })
    }

    /// Opens one of Tandem's and signs in.
    pub(crate) async fn sign_in(
        address: SocketAddr,
        token: &str,
        device: Uuid,
        from: Option<IpAddr>,
    ) -> io::Result<Self> {
        let mut socket = Self::open(address, "/api/v1/ws", from).await?;
        socket.ask("authenticate", json!({ "token": token, "device": device })).await?;
        Ok(socket)
    }

    /// As [`Self::sign_in`], and subscribes to everything there is to see.
    pub(crate) async fn subscribed(
        address: SocketAddr,
        token: &str,
        device: Uuid,
        from: Option<IpAddr>,
    ) -> io::Result<Self> {
        let mut socket = Self::sign_in(address, token, device, from).await?;
        socket.ask("subscribe", json!({})).await?;
        Ok(socket)
    }

    /// Sends a request and waits for its answer; what comes in between is let go.
    pub(crate) async fn ask(&mut self, kind: &str, data: Value) -> io::Result<()> {
        self.requests += 1;
        let id = self.requests;
        self.send(TEXT, json!({ "id": id, "type": kind, "data": data }).to_string().as_bytes()).await?;
        let answered = async {
            loop {
                let mut answer = None;
                self.receive(|frame| {
                    let frame: Value = serde_json::from_slice(frame).unwrap_or_default();
                    if frame["id"] == id {
                        answer = Some(frame);
                    }
                })
                .await?;
                match answer {
                    Some(frame) if frame["type"] == "reply" => return Ok(()),
                    Some(refused) => return Err(io::Error::other(format!("{kind}: {refused}"))),
                    None => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.map_err(io::Error::other)?
    }

    /// Keeps the device's lease; the answer comes among what is received.
    pub(crate) async fn heartbeat(&mut self) -> io::Result<()> {
        self.send(TEXT, br#"{"type":"heartbeat","data":{"active":true}}"#).await
    }

    /// Sends a text.
    pub(crate) async fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.send(TEXT, text).await
    }

    /// Sends a frame, masked with zeros: the bytes stay what they are.
    async fn send(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind];
        match u16::try_from(payload.len()) {
            Ok(short @ 0..=125) => frame.push(0x80 | u8::try_from(short).unwrap_or(0)),
            Ok(long) => {
                frame.push(0x80 | 126);
                frame.extend(long.to_be_bytes());
            }
            Err(_) => return Err(io::Error::other("too long a frame for a benchmark")),
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }

    /// Waits for something to come and hands out the texts that are complete. Pings are answered.
    pub(crate) async fn receive(&mut self, mut text: impl FnMut(&[u8])) -> io::Result<()> {
        let mut pings = 0;
        loop {
            let mut frames = 0;
            while let Some((kind, start, end)) = frame(&self.read, self.at)? {
                self.at = end;
                frames += 1;
                match kind {
                    TEXT => text(&self.read[start..end]),
                    PING => pings += 1,
                    CLOSE => {
                        let why = String::from_utf8_lossy(&self.read[start..end]).into_owned();
                        return Err(io::Error::other(format!("closed by the server: {why}")));
                    }
                    _ => {}
                }
            }
            self.read.drain(..self.at);
            self.at = 0;
            for _ in 0..std::mem::take(&mut pings) {
                self.send(PONG, &[]).await?;
            }
            if frames > 0 {
                return Ok(());
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::Error::other("the server hung up"));
            }
        }
    }
}

/// The kind, start and end of the payload of the unmasked frame that begins `at`, if it is complete.
fn frame(read: &[u8], at: usize) -> io::Result<Option<(u8, usize, usize)>> {
    let Some(&[first, second]) = read.get(at..at + 2).and_then(|head| head.first_chunk::<2>()) else {
        return Ok(None);
    };
    let (start, length) = match second {
        126 => match read.get(at + 2..at + 4).and_then(|length| length.first_chunk::<2>()) {
            Some(length) => (at + 4, usize::from(u16::from_be_bytes(*length))),
            None => return Ok(None),
        },
        127 => match read.get(at + 2..at + 10).and_then(|length| length.first_chunk::<8>()) {
            Some(length) => {
                (at + 10, usize::try_from(u64::from_be_bytes(*length)).map_err(io::Error::other)?)
            }
            None => return Ok(None),
        },
        short => (at + 2, usize::from(short)),
    };
    let end = start + length;
    Ok((end <= read.len()).then_some((first & 0x0f, start, end)))
}
