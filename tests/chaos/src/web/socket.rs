//! The tab's WebSocket: authenticates, subscribes from its cursor, keeps the lease, and comes back by itself, as the web client does.

use std::{
    cell::{Cell, Ref, RefCell},
    collections::HashMap,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tandem_proto::{Cursor, DeviceId, Event};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::Shared;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(3);
/// A heartbeat unanswered for this long means that the socket is dead.
const HEARTBEAT_PATIENCE: Duration = Duration::from_secs(7);
/// The web client's first and longest wait between attempts.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(10));

/// What a socket tells.
#[derive(Debug)]
pub enum Notice {
    /// It is authenticated and subscribed, for the first time or again.
    Live,
    /// It broke.
    Lost,
    /// An event, once each and in order.
    Event(Cursor, Box<Event>),
    /// Something of the moment.
    Signal(Value),
}

/// How a socket came back.
#[derive(Clone, Debug, Default)]
pub struct Resumes {
    /// How long each loss lasted, from the break to the subscription.
    pub took: Vec<Duration>,
    /// Events that came again although their cursor was seen: the reader drops them.
    pub repeated: u64,
    /// Times the server did not know the cursor any more.
    pub forgotten: u64,
    /// Times the session was refused.
    pub signed_out: u64,
}

struct Ask {
    kind: &'static str,
    data: Value,
    reply: oneshot::Sender<Result<Value, String>>,
}

/// The handle of a socket.
#[derive(Debug)]
pub struct Socket {
    asks: mpsc::UnboundedSender<Ask>,
    live: Rc<Cell<bool>>,
    resumes: Shared<Resumes>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind)
    }
}

impl Socket {
    /// Opens a socket that stays open.
    pub(super) fn open(
        server: SocketAddr,
        token: String,
        device: DeviceId,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        let (asks, inbox) = mpsc::unbounded_channel();
        let (live, resumes) = (Rc::new(Cell::new(false)), Rc::new(RefCell::new(Resumes::default())));
        let life = Life {
            server,
            token,
            device,
            notices,
            inbox,
            live: Rc::clone(&live),
            resumes: Rc::clone(&resumes),
            cursor: None,
            lost_at: None,
        };
        Self { asks, live, resumes, task: tokio::task::spawn_local(life.run()) }
    }

    /// Whether it is there.
    pub(super) fn is_live(&self) -> bool {
        self.live.get()
    }

    pub(super) fn resumes(&self) -> Ref<'_, Resumes> {
        self.resumes.borrow()
    }

    pub(super) fn forget_resumes(&self) {
        self.resumes.take();
    }

    /// A request over the socket; the refusal, or why there is no answer, as text.
    pub(super) async fn ask(&self, kind: &'static str, data: Value) -> Result<Value, String> {
        let (reply, answer) = oneshot::channel();
        if !self.is_live() || self.asks.send(Ask { kind, data, reply }).is_err() {
            return Err("there is no socket".to_owned());
        }
        match timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("the socket broke".to_owned()),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Life {
    server: SocketAddr,
    token: String,
    device: DeviceId,
    notices: mpsc::UnboundedSender<Notice>,
    inbox: mpsc::UnboundedReceiver<Ask>,
    live: Rc<Cell<bool>>,
    resumes: Shared<Resumes>,
    cursor: Option<Cursor>,
    lost_at: Option<Instant>,
}

/// The socket is of no more use.
struct Broken;

impl<E: std::error::Error> From<E> for Broken {
    fn from(_: E) -> Self {
        Self
    }
}

type Wire = WebSocketStream<TcpStream>;

impl Life {
    async fn run(mut self) {
        let mut attempt = 0;
        loop {
            if let Ok(Ok(mut wire)) = timeout(CONNECT_WITHIN, self.connect()).await {
                attempt = 0;
                self.live.set(true);
                if let Some(lost_at) = self.lost_at.take() {
                    self.resumes.borrow_mut().took.push(lost_at.elapsed());
                }
                let _ = self.notices.send(Notice::Live);
                let _ = self.serve(&mut wire).await;
                self.live.set(false);
                self.lost_at = Some(Instant::now());
                let _ = self.notices.send(Notice::Lost);
            }
            // What was asked of a socket that is gone is not answered.
            while self.inbox.try_recv().is_ok() {}
            let full = BACKOFF.1.min(BACKOFF.0 * 2_u32.pow(attempt.min(16)));
            attempt += 1;
            sleep(full.mul_f64(rand::random_range(0.5..1.0))).await;
        }
    }

    async fn connect(&mut self) -> Result<Wire, Broken> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        let (mut wire, _) = client_async(format!("ws://{}/api/v1/ws", self.server), stream).await?;
        let hello = json!({ "token": self.token, "device": self.device });
        let hello = match self.exchange(&mut wire, 1, "authenticate", hello).await? {
            Ok(hello) => hello,
            Err(_) => {
                self.resumes.borrow_mut().signed_out += 1;
                return Err(Broken);
            }
        };
        let newest: Cursor = serde_json::from_value(hello["cursor"].clone())?;
        let after = *self.cursor.get_or_insert(newest);
        let subscribe = json!({ "topics": [], "after": after });
        if self.exchange(&mut wire, 2, "subscribe", subscribe).await?.is_err() {
            self.resumes.borrow_mut().forgotten += 1;
            self.cursor = None;
            return Err(Broken);
        }
        Ok(wire)
    }

    /// A request during the handshake; what comes before its answer is taken as it comes.
    async fn exchange(
        &mut self,
        wire: &mut Wire,
        id: u64,
        kind: &str,
        data: Value,
    ) -> Result<Result<Value, Value>, Broken> {
        wire.send(frame(id, kind, &data)).await?;
        loop {
            let message = wire.next().await.ok_or(Broken)??;
            let Message::Text(text) = message else { continue };
            let mut frame: Value = serde_json::from_str(&text)?;
            if frame["id"] == json!(id) || frame["type"] == "error" {
                let data = frame["data"].take();
                return Ok(if frame["type"] == "reply" { Ok(data) } else { Err(data) });
            }
            self.take(frame)?;
        }
    }

    async fn serve(&mut self, wire: &mut Wire) -> Result<(), Broken> {
        let mut beat = tokio::time::interval(HEARTBEAT);
        let mut waiting: HashMap<u64, oneshot::Sender<Result<Value, String>>> = HashMap::new();
        let (mut next, mut heard) = (3, Instant::now());
        loop {
            tokio::select! {
                message = wire.next() => {
                    heard = Instant::now();
                    let Message::Text(text) = message.ok_or(Broken)?? else { continue };
                    let mut frame: Value = serde_json::from_str(&text)?;
                    let reply = frame["id"].as_u64().and_then(|id| waiting.remove(&id));
                    match (reply, frame["type"].as_str()) {
                        (Some(reply), Some("reply")) => _ = reply.send(Ok(frame["data"].take())),
                        (Some(reply), _) => _ = reply.send(Err(frame["data"].to_string())),
                        (None, _) => self.take(frame)?,
                    }
                }
                _ = beat.tick() => {
                    if heard.elapsed() > HEARTBEAT_PATIENCE {
                        return Err(Broken);
                    }
                    wire.send(frame(next, "heartbeat", &json!({ "active": true }))).await?;
                    next += 1;
                }
                ask = self.inbox.recv() => {
                    let Ask { kind, data, reply } = ask.ok_or(Broken)?;
                    wire.send(frame(next, kind, &data)).await?;
                    waiting.insert(next, reply);
                    next += 1;
                }
            }
        }
    }

    fn take(&mut self, mut frame: Value) -> Result<(), Broken> {
        let notice = match frame["type"].as_str() {
            Some("event") => {
                let cursor: Cursor = serde_json::from_value(frame["cursor"].take())?;
                if self.cursor.is_some_and(|seen| cursor <= seen) {
                    self.resumes.borrow_mut().repeated += 1;
                    return Ok(());
                }
                self.cursor = Some(cursor);
                Notice::Event(cursor, Box::new(serde_json::from_value(frame["data"].take())?))
            }
            Some("signal") => Notice::Signal(frame["data"].take()),
            _ => return Ok(()),
        };
        let _ = self.notices.send(notice);
        Ok(())
    }
}

fn frame(id: u64, kind: &str, data: &Value) -> Message {
    Message::Text(json!({ "id": id, "type": kind, "data": data }).to_string().into())
}
