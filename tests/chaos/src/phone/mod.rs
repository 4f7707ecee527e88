//! A SIP phone: it registers, calls, answers at once, and keeps talking through whatever the server asks for within a call.

mod rtp;
mod sdp;
mod shell;

use std::{
    cell::{Ref, RefCell},
    net::{IpAddr, SocketAddr},
    rc::Rc,
    time::Duration,
};

use tandem_media::AudioCodec;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use crate::meter::Ear;
use shell::Shell;

/// Longest wait for a phone to do what it is told.
const DEADLINE: Duration = Duration::from_secs(40);

/// How a phone is set up.
#[derive(Clone, Debug)]
pub struct PhoneConfig {
    /// The server's SIP addresses; the next is tried where one does not answer.
    pub servers: Vec<SocketAddr>,
    /// What it calls itself, and authenticates as.
    pub user: String,
    /// Its secret; none for a carrier's gateway, which does not register.
    pub secret: Option<String>,
    /// The org's SIP domain.
    pub domain: String,
    /// The one codec it has.
    pub codec: AudioCodec,
    /// What its numbered frames are counted under.
    pub stream: u32,
    /// Says the first tone and waits for the second, in place of numbered frames.
    pub tones: Option<(u16, u16)>,
    /// Address it sends from.
    pub local: IpAddr,
}

/// Where a phone's line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// No call.
    Idle,
    /// It called; nobody answered yet.
    Calling,
    /// Talking.
    Up,
    /// The last call could not be made, with the status it was refused with (0: no answer).
    Refused(u16),
    /// The last call was ended by the other side.
    Ended,
}

/// What a phone is told.
enum Order {
    Dial { to: String },
    HangUp { done: oneshot::Sender<bool> },
}

/// What a phone lets others see.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) ear: Ear,
    /// Times the server moved the session of the call that is up: re-INVITE or UPDATE with a description.
    pub(crate) moves: u32,
    /// Whether the last REGISTER was accepted.
    pub(crate) registered: bool,
}

/// The handle of a running phone.
#[derive(Debug)]
pub struct Phone {
    config: PhoneConfig,
    orders: mpsc::UnboundedSender<Order>,
    line: Rc<watch::Sender<Line>>,
    shown: Rc<RefCell<Shown>>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dial { .. } => "Dial",
            Self::HangUp { .. } => "HangUp",
        })
    }
}

impl Phone {
    /// Switches a phone on. One with a secret registers and stays registered.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(config: PhoneConfig) -> std::io::Result<Self> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let line = Rc::new(watch::Sender::new(Line::Idle));
        let shown = Rc::new(RefCell::new(Shown::default()));
        let shell = Shell::new(config.clone(), Rc::clone(&line), Rc::clone(&shown)).await?;
        let task = tokio::task::spawn_local(shell.run(inbox));
        Ok(Self { config, orders, line, shown, task })
    }

    /// What its frames are counted under at the other side.
    pub fn stream(&self) -> u32 {
        self.config.tones.map_or(self.config.stream, |(says, _)| crate::meter::tone_stream(says))
    }

    /// What it calls itself.
    pub fn user(&self) -> &str {
        &self.config.user
    }

    /// Where its line stands.
    pub fn line(&self) -> Line {
        *self.line.borrow()
    }

    /// Whether its last REGISTER was accepted.
    pub fn registered(&self) -> bool {
        self.shown.borrow().registered
    }

    /// Times the server moved the session of the call that is up.
    pub fn moves(&self) -> u32 {
        self.shown.borrow().moves
    }

    /// What it hears.
    pub fn ear(&self) -> Ref<'_, Ear> {
        Ref::map(self.shown.borrow(), |shown| &shown.ear)
    }

    /// Changes what it counts.
    pub fn with_ear<T>(&self, work: impl FnOnce(&mut Ear) -> T) -> T {
        work(&mut self.shown.borrow_mut().ear)
    }

    /// Calls somebody; watch [`Self::line`].
    pub fn dial(&self, to: &str) {
        // Now, not when the phone comes to it: who waits for an end of `Calling` must not see what was before.
        self.line.send_replace(Line::Calling);
        // A phone runs until its handle is dropped.
        let _ = self.orders.send(Order::Dial { to: to.to_owned() });
    }

    /// Waits until the line stands where `wanted` says, at most `patience` long. Whether it did.
    pub async fn until(&self, patience: Duration, wanted: impl Fn(Line) -> bool) -> bool {
        let mut line = self.line.subscribe();
        let reached = line.wait_for(|line| wanted(*line));
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }

    /// Ends the call, if there is one. Whether the server confirmed the BYE with a 2xx.
    pub async fn hang_up(&self) -> bool {
        let (done, answer) = oneshot::channel();
        let _ = self.orders.send(Order::HangUp { done });
        matches!(tokio::time::timeout(DEADLINE, answer).await, Ok(Ok(true)))
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.task.abort();
    }
}
