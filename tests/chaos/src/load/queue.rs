//! Customers who call the demo number, and the agents who take their calls.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, Instant},
};

use http::Method;
use serde_json::{Value, json};
use tandem_proto::{
    Cursor, Event, UserId,
    api::{Agent, Page, RoutingStatus, WrapUpCode},
    events::contact_centre::RoutingWrapUpStarted,
};
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};

use super::{Cast, LoadError, Reader, refused};
use crate::{
    phone::{Line, Phone},
    rest::Rest,
    web::Web,
};

/// How long a customer talks.
const TALK: Duration = Duration::from_secs(3);
/// How long a customer waits for an agent.
const PATIENCE: Duration = Duration::from_secs(60);
/// Audio of the agent that proves the talk.
const FRAMES: u64 = 10;
/// How often people look.
const LOOK: Duration = Duration::from_millis(100);
/// How often agents look whether they are on queue.
const AGENTS_LOOK: Duration = Duration::from_secs(1);
/// How long a command is tried again.
const INSIST: Duration = Duration::from_secs(60);
/// A call that brings no audio at all for this long is lost.
const SILENT: Duration = Duration::from_secs(11);

/// What happened to customers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct QueueTally {
    /// Calls made.
    pub dialled: u64,
    /// Of these, not taken.
    pub refused: u64,
    /// Talked to an agent.
    pub talked: u64,
    /// Ended by the server before the customer was through.
    pub cut_off: u64,
    /// Nobody came for a minute.
    pub gave_up: u64,
    /// Times an agent had to choose On Queue again.
    pub put_back: u64,
}

/// Customers and agents.
#[derive(Debug)]
pub struct Queue {
    number: String,
    customers: Vec<(Rc<Phone>, String)>,
    agents: Vec<Rc<Web>>,
    tally: Rc<RefCell<QueueTally>>,
    refusals: Rc<RefCell<BTreeMap<u16, u64>>>,
    stop: Rc<Cell<bool>>,
    tasks: Vec<JoinHandle<()>>,
    helpers: Vec<JoinHandle<()>>,
}

impl Queue {
    /// Signs the demo's two agents in, On Queue, and prepares customers.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn prepare(cast: &mut Cast, customers: usize) -> Result<Self, LoadError> {
        let number = cast.demo.numbers.first().cloned();
        let number = number.ok_or_else(|| LoadError::Late("the demo has no number".to_owned()))?;
        let codes: Page<WrapUpCode> =
            cast.admin.get("/wrap-up-codes").await.map_err(refused("listing wrap-up codes"))?;
        let mut queue = Self {
            number,
            customers: Vec::new(),
            agents: Vec::new(),
            tally: Rc::default(),
            refusals: Rc::default(),
            stop: Rc::default(),
            tasks: Vec::new(),
            helpers: Vec::new(),
        };
        for name in ["agent1", "agent2"] {
            let config = cast.demo_web(name, true)?;
            let (sender, events) = mpsc::unbounded_channel();
            let web =
                Rc::new(Web::open(&cast.rest, config, Some(sender)).await.map_err(refused("signing in"))?);
            let wrap_up = wrap_up(web.rest().clone(), web.user(), codes.items.clone(), events);
            queue.helpers.push(tokio::task::spawn_local(wrap_up));
            queue
                .helpers
                .push(tokio::task::spawn_local(stay_on_queue(Rc::clone(&web), Rc::clone(&queue.tally))));
            queue.agents.push(web);
        }
        for _ in 0..customers {
            let (phone, number) = cast.carrier().await?;
            queue.customers.push((Rc::new(phone), number));
        }
        Ok(queue)
    }

    /// Customers begin to call, again and again.
    pub fn begin(&mut self, reader: &Rc<Reader>) {
        self.stop.set(false);
        for (phone, from) in &self.customers {
            let customer = Customer {
                phone: Rc::clone(phone),
                from: from.clone(),
                to: self.number.clone(),
                agents: self.agents.iter().map(|agent| agent.stream()).collect(),
                reader: Rc::clone(reader),
                tally: Rc::clone(&self.tally),
                refusals: Rc::clone(&self.refusals),
            };
            let stop = Rc::clone(&self.stop);
            self.tasks.push(tokio::task::spawn_local(async move {
                while !stop.get() {
                    customer.call().await;
                    sleep(LOOK.mul_f64(rand::random_range(1.0..10.0))).await;
                }
            }));
        }
    }

    /// Customers end the call they are in.
    pub async fn end(&mut self) {
        self.stop.set(true);
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
    }

    /// What happened to customers so far.
    pub fn tally(&self) -> QueueTally {
        *self.tally.borrow()
    }

    /// With which SIP status customers were refused, and how often (0: no answer).
    pub fn refusals(&self) -> BTreeMap<u16, u64> {
        self.refusals.borrow().clone()
    }

    /// How long each agent's socket took to come back since [`Self::forget_resumes`].
    pub fn resumes(&self) -> Vec<Duration> {
        self.agents.iter().flat_map(|agent| agent.resumes().took.clone()).collect()
    }

    /// Forgets them.
    pub fn forget_resumes(&self) {
        self.agents.iter().for_each(|agent| agent.forget_resumes());
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.tasks.iter().chain(&self.helpers).for_each(JoinHandle::abort);
    }
}

struct Customer {
    phone: Rc<Phone>,
    from: String,
    to: String,
    agents: Vec<u32>,
    reader: Rc<Reader>,
    tally: Rc<RefCell<QueueTally>>,
    refusals: Rc<RefCell<BTreeMap<u16, u64>>>,
}

impl Customer {
    async fn call(&self) {
        let count = |what: fn(&mut QueueTally) -> &mut u64| *what(&mut self.tally.borrow_mut()) += 1;
        count(|tally| &mut tally.dialled);
        let before = self.reader.conversation_of(&self.from).map(|(conversation, _)| conversation);
        let began = Instant::now();
        self.agents.iter().for_each(|agent| self.phone.with_ear(|ear| ear.begin(began, *agent)));
        self.phone.dial(&self.to);
        if !self.phone.until(PATIENCE, |line| line != Line::Calling).await || self.phone.line() != Line::Up {
            count(|tally| &mut tally.refused);
            let status = if let Line::Refused(status) = self.phone.line() { status } else { 0 };
            *self.refusals.borrow_mut().entry(status).or_default() += 1;
            self.phone.hang_up().await;
            return;
        }
        let mut talking_since: Option<Instant> = None;
        loop {
            sleep(LOOK).await;
            let now = Instant::now();
            // A server that was killed says no BYE; its record of the conversation tells.
            let mine = self.reader.conversation_of(&self.from).filter(|(it, _)| Some(*it) != before);
            let silent = self.phone.ear().silent_for(now).unwrap_or_else(|| began.elapsed());
            let over = self.phone.line() != Line::Up || mine.is_some_and(|(_, over)| over) || silent > SILENT;
            if over {
                count(if talking_since.is_some_and(|since| since.elapsed() > TALK) {
                    |tally| &mut tally.talked
                } else {
                    |tally| &mut tally.cut_off
                });
                break;
            }
            let heard =
                |agent: &u32| self.phone.ear().heard(now, *agent).is_some_and(|it| it.received >= FRAMES);
            if talking_since.is_none() && self.agents.iter().any(heard) {
                talking_since = Some(now);
            }
            if talking_since.is_some_and(|since| since.elapsed() > TALK) {
                count(|tally| &mut tally.talked);
                break;
            }
            if talking_since.is_none() && began.elapsed() > PATIENCE {
                count(|tally| &mut tally.gave_up);
                break;
            }
        }
        self.phone.hang_up().await;
    }
}

/// Gives a code as soon as a wrap-up begins.
async fn wrap_up(
    rest: Rest,
    agent: UserId,
    codes: Vec<WrapUpCode>,
    mut events: mpsc::UnboundedReceiver<(Cursor, Event)>,
) {
    let Some(code) = codes.first().map(|code| code.id) else { return };
    while let Some((_, event)) = events.recv().await {
        let Ok(Some(started)) = event.decode::<RoutingWrapUpStarted>() else { continue };
        if started.agent == agent {
            let path = format!("/conversations/{}/wrap-up", started.conversation);
            // One that is over already needs no code.
            let _ = rest.insist(Method::POST, &path, Some(&json!({ "code": code })), INSIST).await;
        }
    }
}

/// Chooses On Queue whenever the agent is not.
async fn stay_on_queue(web: Rc<Web>, tally: Rc<RefCell<QueueTally>>) {
    let mut chosen = false;
    loop {
        if web.is_ready()
            && let Ok(agent) = web.rest().get::<Agent>("/agents/me").await
            && matches!(agent.status, RoutingStatus::OffQueue | RoutingStatus::NotResponding)
        {
            tally.borrow_mut().put_back += u64::from(chosen);
            // Back to Available first: one who let an alert expire has to choose anew.
            let _: Result<Value, _> =
                web.rest().put("/me/presence", &json!({ "primary": "available" })).await;
            chosen = web.rest().put("/me/presence", &json!({ "primary": "on_queue" })).await.is_ok();
        }
        sleep(AGENTS_LOOK).await;
    }
}
