//! Messages over a stream of bytes: TCP, or TLS over it.

use bytes::BytesMut;
use tandem_sip::{Frame, Framer, Peer};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
    time::{Duration, Instant, timeout, timeout_at},
};

use crate::connection::{Ended, Inbound, Outbound, Patience, pong};

const READ_BYTES: usize = 8 * 1024;
/// For telling the peer that this is the end.
const GOODBYE: Duration = Duration::from_secs(1);

/// Reads until the stream ends, cannot be cut, or is not worth waiting for.
pub(crate) async fn read(
    mut reader: impl AsyncRead + Unpin,
    from: Peer,
    patience: Patience,
    inbox: &mpsc::Sender<Inbound>,
    loopback: &mpsc::WeakSender<Outbound>,
) -> Ended {
    let mut framer = Framer::default();
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    // Between messages; before the first one there is no time for that.
    let mut between = false;
    let mut until = Instant::now() + patience.message;
    loop {
        match timeout_at(until, reader.read_buf(&mut buffer)).await {
            Err(_) => return if between { Ended::Idle } else { Ended::Slow },
            Ok(Err(error)) => return error.into(),
            Ok(Ok(0)) => return Ended::ByPeer,
            Ok(Ok(_)) => {}
        }
        framer.push(&buffer);
        buffer.clear();
        let mut begins = between;
        loop {
            match framer.poll() {
                Err(error) => return error.into(),
                Ok(None) => break,
                Ok(Some(Frame::Ping)) => pong(loopback),
                Ok(Some(Frame::Message(bytes))) => {
                    if inbox.send(Inbound::Message { from, bytes }).await.is_err() {
                        return Ended::Dropped;
                    }
                }
            }
            begins = true;
        }
        if begins {
            between = framer.pending() == 0;
            until = Instant::now() + if between { patience.idle } else { patience.message };
        }
    }
}

/// Writes what is sent over it, until nobody can send any more. A peer that does not take a message within `limit` is cut off.
pub(crate) async fn write(
    mut writer: impl AsyncWrite + Unpin,
    outbox: &mut mpsc::Receiver<Outbound>,
    limit: Duration,
) -> Ended {
    while let Some(Outbound { bytes, .. }) = outbox.recv().await {
        let written = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        match timeout(limit, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.into(),
            Err(_) => return Ended::NotReading,
        }
    }
    // One that does not hear it sees the connection end.
    let _ = timeout(GOODBYE, writer.shutdown()).await;
    Ended::Dropped
}
