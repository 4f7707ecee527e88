//! Messages over a WebSocket, one in each frame, as text or as bytes (RFC 7118).

use bytes::Bytes;
use futures::{Sink, SinkExt as _, Stream, StreamExt as _};
use tandem_proto::limits::{SIP_MESSAGE_BYTES, WS_MESSAGE_BYTES};
use tandem_sip::{FramingError, Peer};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite},
    sync::mpsc,
    time::{Duration, Instant, MissedTickBehavior, interval_at, timeout, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::{
    connection::{Connection, Ended, Inbound, Outbound, Patience, pong},
    upgrade::{NotUpgraded, upgrade},
};

/// For the HTTP request that opens it.
const UPGRADE_WITHIN: Duration = Duration::from_secs(10);
/// For telling the peer why this is the end.
const GOODBYE: Duration = Duration::from_secs(1);
/// What is read of a peer meanwhile.
const REST_BYTES: u64 = 256 * 1024;
/// Read and written at once.
const BUFFER_BYTES: usize = 8 * 1024;
/// The peer asks whether we are there (RFC 5626 §3.5.1); some do, though WebSockets have a ping of their own.
const PING: &[u8] = b"\r\n\r\n";

/// Lets an HTTP request become a WebSocket, and serves that.
pub(crate) async fn serve<S>(connection: &mut Connection, stream: S) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let upgraded = upgrade(stream, connection.addr, &connection.proxies);
    let (stream, client) = match timeout(UPGRADE_WITHIN, upgraded).await {
        Ok(Ok(upgraded)) => upgraded,
        Ok(Err(error)) => return error.into(),
        Err(_) => return NotUpgraded::Late.into(),
    };
    if connection.proxies.believes(connection.addr.ip()) {
        connection.addr = client;
        let told = Inbound::Client { flow: connection.flow, addr: client };
        if connection.inbox.send(told).await.is_err() {
            return Ended::Dropped;
        }
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(SIP_MESSAGE_BYTES))
        .max_frame_size(Some(SIP_MESSAGE_BYTES))
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(WS_MESSAGE_BYTES);
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    exchange(connection, socket).await
}

async fn exchange<S>(connection: &mut Connection, socket: WebSocketStream<S>) -> Ended
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sink, mut frames) = socket.split();
    let (from, patience) = (connection.peer(), connection.patience);
    let Connection { inbox, loopback, outbox, .. } = connection;
    let ended = tokio::select! {
        ended = read(&mut frames, from, patience, inbox, loopback) => ended,
        ended = write(&mut sink, outbox, patience) => ended,
    };
    if let Some(code) = code(&ended) {
        let reason = Utf8Bytes::from(ended.to_string());
        let goodbye = async {
            let sent = sink.send(Message::Close(Some(CloseFrame { code, reason }))).await;
            // What the peer still sends is read until it has seen this: a socket that is closed with unread input is reset.
            if let (Ok(()), Ok(mut socket)) = (sent, sink.reunite(frames)) {
                let mut rest = socket.get_mut().take(REST_BYTES);
                let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
            }
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
    ended
}

/// What the peer is told when the connection ends; nothing when it has gone itself.
const fn code(ended: &Ended) -> Option<CloseCode> {
    Some(match ended {
        Ended::Framing(FramingError::TooLarge) | Ended::WebSocket(Error::Capacity(_)) => CloseCode::Size,
        Ended::WebSocket(Error::Utf8(_)) => CloseCode::Invalid,
        Ended::WebSocket(Error::Protocol(_)) => CloseCode::Protocol,
        Ended::Idle | Ended::Slow => CloseCode::Policy,
        Ended::Dropped => CloseCode::Away,
        _ => return None,
    })
}

async fn read(
    frames: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    from: Peer,
    patience: Patience,
    inbox: &mpsc::Sender<Inbound>,
    loopback: &mpsc::WeakSender<Outbound>,
) -> Ended {
    let mut begun = false;
    let mut until = Instant::now() + patience.message;
    loop {
        let bytes = match timeout_at(until, frames.next()).await {
            Err(_) => return if begun { Ended::Idle } else { Ended::Slow },
            Ok(None) => return Ended::ByPeer,
            Ok(Some(Err(error))) => return error.into(),
            Ok(Some(Ok(Message::Text(text)))) => Bytes::from(text),
            Ok(Some(Ok(Message::Binary(bytes)))) => bytes,
            // Pings and goodbyes are answered below.
            Ok(Some(Ok(_))) => Bytes::new(),
        };
        let is_message = !bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0));
        if bytes == PING {
            pong(loopback);
        }
        if is_message && inbox.send(Inbound::Message { from, bytes }).await.is_err() {
            return Ended::Dropped;
        }
        begun |= is_message;
        if begun {
            until = Instant::now() + 3 * patience.ping_every;
        }
    }
}

/// Writes what is sent over it, and asks now and then whether the peer is there.
async fn write(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    outbox: &mut mpsc::Receiver<Outbound>,
    patience: Patience,
) -> Ended {
    let mut ping = interval_at(Instant::now() + patience.ping_every, patience.ping_every);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let frame = tokio::select! {
            outbound = outbox.recv() => match outbound {
                Some(Outbound { bytes, .. }) => frame(bytes),
                None => return Ended::Dropped,
            },
            _ = ping.tick() => Message::Ping(Bytes::new()),
        };
        match timeout(patience.message, sink.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.into(),
            Err(_) => return Ended::NotReading,
        }
    }
}

/// Text where it is some: that is what browsers' stacks expect.
fn frame(bytes: Bytes) -> Message {
    Utf8Bytes::try_from(bytes.clone()).map_or_else(|_| Message::Binary(bytes), Message::Text)
}
