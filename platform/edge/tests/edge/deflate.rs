//! Compressed messages on the event socket (RFC 7692), with a client of our own: those at hand do not speak it.

use crate::support::{PATIENCE, Server};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use serde_json::{Value, json};
use tandem_proto::{DeviceId, Topic};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const COMPRESSED: u8 = 0x40;
const TEXT: u8 = 0x81;

struct Client {
    stream: TcpStream,
    read: Vec<u8>,
    /// What the server agreed to.
    extensions: Option<String>,
}

impl Client {
    async fn connect(server: &Server, offer: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).await.expect("connected");
        let request = format!(
            "GET /api/v1/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-extensions: {offer}\r\n\r\n",
            server.address
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut client = Self { stream, read: Vec::new(), extensions: None };
        let end = loop {
            client.more().await;
            if let Some(end) = client.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
        };
        let head: Vec<u8> = client.read.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("text").to_lowercase();
        assert!(head.starts_with("http/1.1 101"), "{head}");
        let agreed = head.lines().find_map(|line| line.strip_prefix("sec-websocket-extensions: "));
        client.extensions = agreed.map(str::to_owned);
        client
    }

    async fn more(&mut self) {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.read)).await;
        assert!(read.expect("in time").expect("readable") > 0, "the server hung up");
    }

    /// Sends a frame, masked with zeros.
    async fn send(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match u16::try_from(payload.len()) {
            Ok(short @ 0..=125) => frame.push(0x80 | u8::try_from(short).expect("short")),
            Ok(long) => {
                frame.push(0x80 | 126);
                frame.extend(long.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend((payload.len() as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await.expect("sent");
    }

    /// The next frame: its first byte and its payload, opened.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        loop {
            if let Some((first, start, end)) = complete(&self.read) {
                let frame: Vec<u8> = self.read.drain(..end).collect();
                let payload = &frame[start..];
                let payload = if first & COMPRESSED == 0 { payload.to_vec() } else { opened(payload) };
                return (first, payload);
            }
            self.more().await;
        }
    }

    async fn json(&mut self) -> (u8, Value) {
        let (first, payload) = self.frame().await;
        (first, serde_json::from_slice(&payload).expect("JSON"))
    }

    async fn ready(&mut self, token: &str) {
        let hello = json!({ "id": 1, "type": "authenticate", "data": { "token": token, "device": DeviceId::generate() } });
        self.send(TEXT | COMPRESSED, &compressed(hello.to_string().as_bytes())).await;
        assert_eq!(self.json().await.1["type"], "reply");
        self.send(TEXT, br#"{"id":2,"type":"subscribe","data":{}}"#).await;
        assert_eq!(self.json().await.1["type"], "reply");
    }

    /// The code in the close frame.
    async fn closed(&mut self) -> u16 {
        loop {
            let (first, payload) = self.frame().await;
            if first == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }
}

fn complete(read: &[u8]) -> Option<(u8, usize, usize)> {
    let (start, length) = match read.get(1)? {
        126 => (4, usize::from(u16::from_be_bytes(read.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(read.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(*short)),
    };
    (read.len() >= start + length).then_some((read[0], start, start + length))
}

fn compressed(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 1_024);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(payload, &mut out, FlushCompress::Sync).expect("compressed");
    assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
    out.truncate(out.len() - 4);
    out
}

fn opened(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024 * 1024);
    let whole = [payload, &[0, 0, 0xff, 0xff]].concat();
    Decompress::new(false).decompress_vec(&whole, &mut out, FlushDecompress::Sync).expect("opens");
    out
}

#[tokio::test]
async fn what_is_for_many_and_long_is_compressed_where_that_is_agreed_on() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let (_, other) = server.user(org, "bea").await;
    let mut deflated = Client::connect(&server, "permessage-deflate; client_max_window_bits").await;
    let agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(deflated.extensions.as_deref(), Some(agreed));
    let plain = Client::connect(&server, "permessage-deflate; server_max_window_bits=9").await;
    assert_eq!(plain.extensions, None);
    deflated.ready(&token).await;
    let mut socket = server.connect(&other).await;
    socket.subscribe(None).await;
    let name = "the same again, ".repeat(60);
    for round in 0..3 {
        server.say(org, Topic::org(org.org()), format!("{name}{round}")).await;
        let (first, frame) = deflated.json().await;
        assert_eq!(first, TEXT | COMPRESSED);
        assert_eq!(frame, socket.frame().await.expect("an event"), "the same as who gets it plain");
        assert_eq!(frame["data"]["data"]["name"], format!("{name}{round}"));
    }
}

#[tokio::test]
async fn a_bomb_closes_the_socket_and_so_does_what_is_not_compressed() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let bomb = compressed(&vec![b' '; 8 * 1024 * 1024]);
    assert!(bomb.len() < 256 * 1024, "it would pass for what it seems: {}", bomb.len());
    let not_text = compressed(&[0xff; 40]);
    for (first, payload, code) in [
        (TEXT | COMPRESSED, bomb.as_slice(), 1009),
        (TEXT | COMPRESSED, not_text.as_slice(), 1007),
        (TEXT | COMPRESSED, &[0xff; 30], 1002),
        // The bit is neither for a control frame nor for a message's second one.
        (0x89 | COMPRESSED, b"", 1002),
        (0x80 | COMPRESSED, b"", 1002),
    ] {
        let mut client = Client::connect(&server, "permessage-deflate").await;
        client.ready(&token).await;
        client.send(first, payload).await;
        assert_eq!(client.closed().await, code, "{first:#x}");
    }
    let mut never = Client::connect(&server, "x-other").await;
    never.send(TEXT | COMPRESSED, &compressed(b"{}")).await;
    assert_eq!(never.closed().await, 1002, "it was not agreed on");
}
