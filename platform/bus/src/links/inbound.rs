//! Other nodes' connections: their requests are carried out and answered, their messages heard.

use std::{io, sync::Arc, time::Duration};

use futures::{SinkExt as _, StreamExt as _};
use tandem_proto::NodeId;
use tokio::{
    io::{ReadHalf, WriteHalf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_util::{
    codec::{Framed, FramedRead, FramedWrite},
    sync::CancellationToken,
};
use tracing::{Instrument as _, Span};

use super::{
    Asker, LinkError, LinkTls,
    frame::{Codec, Frame, Hello, PROTOCOL, Welcome},
    meters,
    peer::SILENCE,
    services::Services,
    tls::Wire,
};
use crate::{Seals, Trace, seals};

/// Requests of one node that are carried out at the same time; more are refused.
pub(super) const HANDLERS: usize = 1_024;
/// Answers that may wait to be sent; requests are not read while they do.
const ANSWERS: usize = 1_024;
/// Before the next try when a connection could not be accepted (no more file descriptors).
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Accepts connections until `stop`.
pub(super) async fn accept(
    listener: TcpListener,
    tls: Option<LinkTls>,
    seals: Seals,
    services: Arc<Services>,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, address)) => {
                let (services, stop) = (Arc::clone(&services), stop.clone());
                let (tls, seals) = (tls.clone(), seals.clone());
                tokio::spawn(async move {
                    let reason = tokio::select! {
                        served = serve(stream, tls, seals, services) => served.err(),
                        () = stop.cancelled() => None,
                    };
                    tracing::debug!(%address, reason = reason.map(tracing::field::display), "a node's link ended");
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a node's link cannot be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    tls: Option<LinkTls>,
    seals: Seals,
    services: Arc<Services>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let me = seals.me();
    let wire: Wire = match tls {
        None => Box::new(stream),
        // One that shows no certificate of ours, or speaks no TLS, is let go before anything it says is read.
        Some(tls) => timeout(SILENCE, tls.accept(stream)).await??,
    };
    let mut connection = Framed::new(wire, Codec::default());
    let Some(Frame::Hello(hello)) = timeout(SILENCE, connection.next()).await?.transpose()? else {
        return Err(io::Error::other("it did not say who it is"));
    };
    let hello: Hello = serde_json::from_slice(&hello)?;
    let welcome = Welcome { protocol: PROTOCOL, node: me };
    connection.send(Frame::Welcome(serde_json::to_vec(&welcome)?.into())).await?;
    if hello.to != me {
        return Err(io::Error::other(format!("{} looked for {}", hello.from, hello.to)));
    }
    if hello.protocol != PROTOCOL {
        return Err(io::Error::other(format!("it speaks version {} of the links", hello.protocol)));
    }
    // What came right behind the hello is kept.
    let parts = connection.into_parts();
    let (read, write) = tokio::io::split(parts.io);
    let mut frames = FramedRead::new(read, Codec::default());
    *frames.read_buffer_mut() = parts.read_buf;
    let (answers, outgoing) = mpsc::channel(ANSWERS);
    tokio::select! {
        taken = take(hello.from, frames, seals, services, answers) => taken,
        sent = send(FramedWrite::new(write, Codec::default()), outgoing) => sent,
    }
}

async fn take(
    from: NodeId,
    mut frames: FramedRead<ReadHalf<Wire>, Codec>,
    seals: Seals,
    services: Arc<Services>,
    answers: mpsc::Sender<Frame>,
) -> io::Result<()> {
    let handlers = Arc::new(Semaphore::new(HANDLERS));
    while let Some(frame) = timeout(SILENCE, frames.next()).await?.transpose()? {
        let answer = match frame {
            Frame::Ping => Some(Frame::Pong),
            // In its turn: what is told is heard in order.
            Frame::Tell { service, body, seal } => {
                if let Ok(asker) = opened(&seals, seal.as_deref(), &service, from, &body).await {
                    services.heard(asker, &service, &body);
                }
                None
            }
            Frame::Ask { number, service, body, seal, trace } => match Arc::clone(&handlers)
                .try_acquire_owned()
            {
                Err(_) => {
                    meters::overloaded();
                    Some(failed(number, &LinkError::Overloaded))
                }
                Ok(permit) => {
                    let (seals, services, answers) = (seals.clone(), Arc::clone(&services), answers.clone());
                    let span = traced(trace, &service, from);
                    let answering = async move {
                        meters::answering(1);
                        let answer = async {
                            let asker = opened(&seals, seal.as_deref(), &service, from, &body).await?;
                            services.answer(asker, &service, body)?.await
                        };
                        let answer = answer.await;
                        meters::answering(-1);
                        let frame = answer.map_or_else(
                            |error| failed(number, &error),
                            |body| Frame::Answer { number, body },
                        );
                        // The connection may be gone by now; so is whoever asked.
                        let _ = answers.send(frame).await;
                        drop(permit);
                    };
                    tokio::spawn(answering.instrument(span));
                    None
                }
            },
            _ => None,
        };
        if let Some(answer) = answer
            && answers.send(answer).await.is_err()
        {
            break;
        }
    }
    Ok(())
}

/// Who asks a service, once it is sure. Nothing reaches a handler before.
async fn opened(
    seals: &Seals,
    seal: Option<&[u8]>,
    service: &str,
    node: NodeId,
    body: &[u8],
) -> Result<Asker, LinkError> {
    match seals.open_for(seal, service, node, body).await {
        Ok(behalf) => Ok(Asker { node, behalf }),
        Err(why) => {
            seals::refused("links", why);
            tracing::debug!(%node, service, reason = %why, "what another node says is refused");
            Err(LinkError::Refused(why))
        }
    }
}

/// What an answer does is a part of the trace the request belongs to.
fn traced(trace: Option<Trace>, service: &str, from: NodeId) -> Span {
    let Some(trace) = trace else { return Span::none() };
    let span = tracing::debug_span!("answer", otel.name = service, otel.kind = "server", %from);
    trace.continues_in(&span);
    span
}

async fn send(
    mut out: FramedWrite<WriteHalf<Wire>, Codec>,
    mut answers: mpsc::Receiver<Frame>,
) -> io::Result<()> {
    while let Some(answer) = answers.recv().await {
        out.feed(answer).await?;
        while let Ok(answer) = answers.try_recv() {
            out.feed(answer).await?;
        }
        out.flush().await?;
    }
    Ok(())
}

fn failed(number: u64, error: &LinkError) -> Frame {
    let body = serde_json::to_vec(error).expect("an error is plain data");
    Frame::Failed { number, body: body.into() }
}
