//! A signed-in browser tab: a WebSocket that resumes, a peer connection that is made anew when it is lost, and somebody who answers.

mod peer;
mod socket;

use std::{
    cell::{Cell, Ref, RefCell},
    net::IpAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tandem_proto::{
    CallId, Cursor, DeviceId, Event, UserId,
    api::{EndReason, LegKind, SignedIn},
    events::call::{CallEnded, LegAdded, LegAnswered, LegEnded},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    meter::Ear,
    rest::{Rest, RestError},
};
use peer::Peer;
pub use socket::{Notice, Resumes, Socket};

/// How long a tab insists on answering a call that rings.
const ANSWER_FOR: Duration = Duration::from_secs(10);

/// How a tab is set up.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Login name.
    pub name: String,
    /// Password.
    pub password: String,
    /// What its numbered frames are counted under.
    pub stream: u32,
    /// Says the first tone and waits for the second, in place of numbered frames.
    pub tones: Option<(u16, u16)>,
    /// Whether it has a peer connection at all; one that only reads events needs none.
    pub media: bool,
    /// Address it sends media from.
    pub local: IpAddr,
}

/// The call a tab is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InCall {
    /// Which.
    pub call: Option<CallId>,
    /// How the last one ended, as the events said.
    pub ended: Option<EndReason>,
}

/// The handle of an open tab.
#[derive(Debug)]
pub struct Web {
    config: WebConfig,
    rest: Rest,
    user: UserId,
    device: DeviceId,
    socket: Rc<Socket>,
    peer: Option<Rc<Peer>>,
    in_call: watch::Receiver<InCall>,
    tasks: Vec<JoinHandle<()>>,
}

impl Web {
    /// Signs in and opens a tab. Every event it sees goes to `events`, if somebody wants them.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn open(
        rest: &Rest,
        config: WebConfig,
        events: Option<mpsc::UnboundedSender<(Cursor, Event)>>,
    ) -> Result<Self, RestError> {
        let sign_in = json!({ "name": config.name, "password": config.password });
        let signed_in: SignedIn = serde_json::from_value(rest.post("/sessions", &sign_in).await?)?;
        let rest = rest.with_token(&signed_in.token);
        let (user, device) = (signed_in.me.user.id, DeviceId::generate());
        let (notices, inbox) = mpsc::unbounded_channel();
        let socket = Rc::new(Socket::open(rest.address(), signed_in.token, device, notices));
        let peer = match config.media {
            true => Some(Rc::new(Peer::new(Rc::clone(&socket), config.local, config.stream, config.tones))),
            false => None,
        };
        let (changed, in_call) = watch::channel(InCall::default());
        let tab = Tab {
            rest: rest.clone(),
            user,
            device,
            peer: peer.clone(),
            in_call: changed,
            answering: Rc::new(Cell::new(false)),
            events,
        };
        let tasks = vec![tokio::task::spawn_local(tab.run(inbox))];
        Ok(Self { config, rest, user, device, socket, peer, in_call, tasks })
    }

    /// Login name.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Who.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The tab's device.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The API as this person.
    pub const fn rest(&self) -> &Rest {
        &self.rest
    }

    /// What its frames are counted under at the other side.
    pub fn stream(&self) -> u32 {
        self.config.tones.map_or(self.config.stream, |(says, _)| crate::meter::tone_stream(says))
    }

    /// The call it is in.
    pub fn in_call(&self) -> InCall {
        *self.in_call.borrow()
    }

    /// Whether socket and peer connection are there.
    pub fn is_ready(&self) -> bool {
        self.socket.is_live() && self.peer.as_ref().is_none_or(|peer| peer.is_connected())
    }

    /// How often and how fast the socket came back.
    pub fn resumes(&self) -> Ref<'_, Resumes> {
        self.socket.resumes()
    }

    /// Forgets how often it came back.
    pub fn forget_resumes(&self) {
        self.socket.forget_resumes();
    }

    /// Times the peer connection was made.
    pub fn connections(&self) -> u32 {
        self.peer.as_ref().map_or(0, |peer| peer.connections())
    }

    /// What it hears.
    pub fn ear(&self) -> Option<Ref<'_, Ear>> {
        self.peer.as_ref().map(|peer| peer.ear())
    }

    /// Changes what it counts.
    pub fn with_ear<T: Default>(&self, work: impl FnOnce(&mut Ear) -> T) -> T {
        self.peer.as_ref().map_or_else(T::default, |peer| peer.with_ear(work))
    }

    /// Calls a number from this tab.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn dial(&self, number: &str) -> Result<CallId, RestError> {
        let call = json!({ "device": self.device, "to": { "kind": "number", "number": number } });
        let call: tandem_proto::api::Call = serde_json::from_value(self.rest.post("/calls", &call).await?)?;
        Ok(call.id)
    }

    /// Leaves the call it is in. Whether the server took it.
    pub async fn hang_up(&self) -> bool {
        let Some(call) = self.in_call().call else { return false };
        self.rest.post(&format!("/calls/{call}/hangup"), &Value::Null).await.is_ok()
    }

    /// Waits until it is in a call (or in none), at most `patience` long. Whether it came about.
    pub async fn until(&self, patience: Duration, wanted: impl Fn(InCall) -> bool) -> bool {
        let mut in_call = self.in_call.clone();
        let reached = in_call.wait_for(|now| wanted(*now));
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// What happens in the tab.
struct Tab {
    rest: Rest,
    user: UserId,
    device: DeviceId,
    peer: Option<Rc<Peer>>,
    in_call: watch::Sender<InCall>,
    answering: Rc<Cell<bool>>,
    events: Option<mpsc::UnboundedSender<(Cursor, Event)>>,
}

impl Tab {
    async fn run(self, mut notices: mpsc::UnboundedReceiver<Notice>) {
        let mut legs = Vec::new();
        while let Some(notice) = notices.recv().await {
            match notice {
                // As the web client: an idle connection is made anew, one that is heard is kept.
                Notice::Live => {
                    let talking = self.in_call.borrow().call.is_some();
                    match &self.peer {
                        Some(peer) if talking && peer.is_connected() => peer.show(),
                        Some(peer) => peer.renew(),
                        None => {}
                    }
                }
                Notice::Lost => {}
                Notice::Signal(signal) => self.signal(&signal),
                Notice::Event(cursor, event) => {
                    self.event(&event, &mut legs);
                    if let Some(events) = &self.events {
                        let _ = events.send((cursor, *event));
                    }
                }
            }
        }
    }

    /// The media node is gone, or asks to go elsewhere: a new offer follows.
    fn signal(&self, signal: &Value) {
        let Some(peer) = self.peer.as_ref().filter(|_| signal["device"] == json!(self.device)) else {
            return;
        };
        match signal["signal"].as_str() {
            Some("rtc_lost") => peer.renew(),
            Some("rtc_migrate") => peer.migrate(signal["node"].clone()),
            _ => {}
        }
    }

    fn event(&self, event: &Event, legs: &mut Vec<(CallId, tandem_proto::LegId)>) {
        let Some(peer) = &self.peer else { return };
        if let Ok(Some(added)) = event.decode::<LegAdded>()
            && added.leg.user == Some(self.user)
            && added.leg.kind == LegKind::Web
        {
            legs.push((added.call, added.leg.id));
            if !added.leg.caller {
                self.answer(added.call);
            }
        } else if let Ok(Some(started)) = event.decode::<tandem_proto::events::call::CallStarted>()
            && started.leg.user == Some(self.user)
            && started.leg.kind == LegKind::Web
        {
            legs.push((started.call, started.leg.id));
            self.enter(started.call, peer);
        } else if let Ok(Some(answered)) = event.decode::<LegAnswered>()
            && answered.device == Some(self.device)
        {
            self.enter(answered.call, peer);
        } else if let Ok(Some(ended)) = event.decode::<LegEnded>()
            && legs.contains(&(ended.call, ended.leg))
        {
            self.leave(ended.call, ended.reason);
        } else if let Ok(Some(ended)) = event.decode::<CallEnded>() {
            self.leave(ended.call, ended.reason);
        }
    }

    fn enter(&self, call: CallId, peer: &Rc<Peer>) {
        peer.speak();
        self.in_call.send_replace(InCall { call: Some(call), ended: None });
    }

    fn leave(&self, call: CallId, reason: EndReason) {
        if self.in_call.borrow().call == Some(call) {
            self.in_call.send_replace(InCall { call: None, ended: Some(reason) });
            if let Some(peer) = &self.peer {
                peer.hush();
            }
        }
    }

    /// Answers in the background; one call at a time.
    fn answer(&self, call: CallId) {
        if self.in_call.borrow().call.is_some() || self.answering.replace(true) {
            return;
        }
        let (rest, device, answering) = (self.rest.clone(), self.device, Rc::clone(&self.answering));
        tokio::task::spawn_local(async move {
            let body = json!({ "device": device });
            let path = format!("/calls/{call}/answer");
            let end = Instant::now() + ANSWER_FOR;
            // A socket that has just come back may not count as present yet (409); a call that is gone (404) stays gone.
            while let Err(error) = rest.post(&path, &body).await {
                let gone = error.status().is_some_and(|status| status == http::StatusCode::NOT_FOUND);
                if gone || Instant::now() > end {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            answering.set(false);
        });
    }
}

/// Shared between a task and its handle on one thread.
type Shared<T> = Rc<RefCell<T>>;
