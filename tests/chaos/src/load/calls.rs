//! Calls that stay up: their audio is counted at both ends.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tandem_media::AudioCodec;
use tandem_proto::{
    CallId,
    api::{Call, Page},
};
use tokio::time::sleep;

use super::{
    Cast, Fate, LoadError,
    cast::{PhoneOwner, WebUser},
    judge,
};
use crate::{
    meter::{Ear, Heard},
    phone::Line,
    rest::{Rest, RestError},
};

/// Longest wait for a call to be up with audio both ways.
const UP_WITHIN: Duration = Duration::from_secs(15);
/// Frames heard that make a direction work.
const FRAMES: u64 = 10;
/// Calls set up at once.
const AT_ONCE: usize = 4;
/// Silent for this long: worth asking the server whether the call is over.
const WORTH_ASKING: Duration = Duration::from_millis(1_500);
/// Pause between looks.
const LOOK: Duration = Duration::from_millis(50);
/// Who is hung up on hears of it within this.
const GOODBYE_WITHIN: Duration = Duration::from_secs(3);
/// Quiet for less than this: audio flows.
const FLOWS: Duration = Duration::from_millis(200);

/// Who talks to whom, and how the audio goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PairKind {
    /// Two phones with PCMA: passed on as it is.
    Phones,
    /// A phone and a browser with Opus: passed on as it is.
    PhoneAndBrowser,
    /// Two browsers.
    Browsers,
    /// A phone with PCMA and a browser: transcoded; tones in place of numbers.
    Transcoded,
}

/// The tones of a transcoded call: the caller's, the callee's. 50 Hz apart from each other's harmonics.
const TONES: (u16, u16) = (650, 1_150);

/// One side of a call.
#[derive(Debug)]
pub enum End {
    /// A phone.
    Phone(PhoneOwner),
    /// A browser.
    Web(WebUser),
}

impl End {
    fn extension(&self) -> &str {
        match self {
            Self::Phone(owner) => &owner.extension,
            Self::Web(user) => &user.extension,
        }
    }

    fn stream(&self) -> u32 {
        match self {
            Self::Phone(owner) => owner.phone.stream(),
            Self::Web(user) => user.web.stream(),
        }
    }

    fn rest(&self) -> &Rest {
        match self {
            Self::Phone(owner) => &owner.rest,
            Self::Web(user) => user.web.rest(),
        }
    }

    fn is_up(&self) -> bool {
        match self {
            Self::Phone(owner) => owner.phone.line() == Line::Up,
            Self::Web(user) => user.web.in_call().call.is_some(),
        }
    }

    fn is_ready(&self) -> bool {
        match self {
            Self::Phone(owner) => owner.phone.registered(),
            Self::Web(user) => user.web.is_ready(),
        }
    }

    fn with_ear<T: Default>(&self, work: impl FnOnce(&mut Ear) -> T) -> T {
        match self {
            Self::Phone(owner) => owner.phone.with_ear(work),
            Self::Web(user) => user.web.with_ear(work),
        }
    }

    fn heard(&self, now: Instant, other: &Self) -> Heard {
        self.with_ear(|ear| ear.heard(now, other.stream()).unwrap_or_default())
    }

    async fn hang_up(&self) -> bool {
        match self {
            Self::Phone(owner) => owner.phone.hang_up().await,
            Self::Web(user) => user.web.hang_up().await,
        }
    }
}

/// Two people and the call between them.
#[derive(Debug)]
pub struct Pair {
    /// What kind of call.
    pub kind: PairKind,
    caller: End,
    callee: End,
    call: Option<CallId>,
}

impl Pair {
    async fn make(cast: &mut Cast, kind: PairKind) -> Result<Self, LoadError> {
        let turned = (TONES.1, TONES.0);
        let (caller, callee) = match kind {
            PairKind::Phones => (
                End::Phone(cast.phone(AudioCodec::Pcma, None).await?),
                End::Phone(cast.phone(AudioCodec::Pcma, None).await?),
            ),
            PairKind::PhoneAndBrowser => {
                (End::Phone(cast.phone(AudioCodec::Opus, None).await?), End::Web(cast.web(None).await?))
            }
            PairKind::Browsers => (End::Web(cast.web(None).await?), End::Web(cast.web(None).await?)),
            PairKind::Transcoded => (
                End::Phone(cast.phone(AudioCodec::Pcma, Some(TONES)).await?),
                End::Web(cast.web(Some(turned)).await?),
            ),
        };
        Ok(Self { kind, caller, callee, call: None })
    }

    /// The call that is up.
    pub const fn call(&self) -> Option<CallId> {
        self.call
    }

    fn heard(&self, now: Instant) -> (Heard, Heard) {
        (self.callee.heard(now, &self.caller), self.caller.heard(now, &self.callee))
    }

    fn talks(&self, now: Instant) -> bool {
        let (forth, back) = self.heard(now);
        [forth, back].iter().all(|it| it.received >= FRAMES && it.silent_for < FLOWS)
    }

    /// Both can call and be called.
    fn is_ready(&self) -> bool {
        self.caller.is_ready() && self.callee.is_ready()
    }

    /// Makes the call, unless it is up.
    async fn set_up(&mut self) -> Result<(), LoadError> {
        if self.call.is_some() {
            return Ok(());
        }
        let end = Instant::now() + UP_WITHIN;
        until(end, || self.is_ready()).await.map_err(|()| self.late("is not ready"))?;
        let now = Instant::now();
        self.caller.with_ear(|ear| ear.begin(now, self.callee.stream()));
        self.callee.with_ear(|ear| ear.begin(now, self.caller.stream()));
        match &self.caller {
            End::Phone(owner) => owner.phone.dial(self.callee.extension()),
            End::Web(user) => {
                user.web.dial(self.callee.extension()).await.map_err(super::refused("placing a call"))?;
            }
        }
        until(end, || self.caller.is_up() && self.callee.is_up())
            .await
            .map_err(|()| self.late("is not up"))?;
        until(end, || self.talks(Instant::now())).await.map_err(|()| self.late("has no audio both ways"))?;
        let active: Page<Call> =
            self.caller.rest().get("/calls?active=true").await.map_err(super::refused("listing calls"))?;
        self.call = active.items.first().map(|call| call.id);
        self.call.map(|_| ()).ok_or_else(|| self.late("is up, but the server does not list it"))
    }

    fn late(&self, what: &str) -> LoadError {
        let (forth, back) = self.heard(Instant::now());
        let detail = match &self.caller {
            End::Phone(owner) => format!("{:?}", owner.phone.line()),
            End::Web(user) => format!("{:?}", user.web.in_call()),
        };
        let (forth, back) = (forth.received, back.received);
        LoadError::Late(format!(
            "a call ({:?}, {} to {}) {what}: caller {detail}, frames {forth} and {back}",
            self.kind,
            self.caller.extension(),
            self.callee.extension(),
        ))
    }

    /// Whether the server says, or said, that the call is over.
    async fn is_over(&self) -> bool {
        let Some(call) = self.call else { return true };
        let told = !(self.caller.is_up() && self.callee.is_up());
        let quiet = {
            let (forth, back) = self.heard(Instant::now());
            forth.silent_for.max(back.silent_for)
        };
        if told || quiet < WORTH_ASKING {
            return told;
        }
        let record: Result<Call, RestError> = self.caller.rest().get(&format!("/calls/{call}")).await;
        record.is_ok_and(|record| record.ended_at.is_some())
    }

    async fn hang_up(&mut self) -> bool {
        self.call = None;
        let first = self.caller.hang_up().await;
        // The other side hears of it from the server; where it does not, it is ended here.
        let heard = until(Instant::now() + GOODBYE_WITHIN, || !self.callee.is_up()).await;
        if heard.is_err() {
            self.callee.hang_up().await;
        }
        first && heard.is_ok()
    }
}

/// All calls that stay up.
#[derive(Debug, Default)]
pub struct Calls {
    /// They.
    pub pairs: Vec<Pair>,
    /// Every call that was ever up, to ask for its record.
    pub known: Vec<(CallId, Rest)>,
    /// Calls that could not be made, and why.
    pub failures: Vec<String>,
}

impl Calls {
    /// Makes the people for `count` calls: of ten, five between phones, two from a phone to a browser, two between browsers and one
    /// that is transcoded.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn prepare(cast: &mut Cast, count: usize) -> Result<Self, LoadError> {
        use PairKind::{Browsers, PhoneAndBrowser, Phones, Transcoded};
        let mix = [
            Phones,
            PhoneAndBrowser,
            Browsers,
            Phones,
            Transcoded,
            Phones,
            PhoneAndBrowser,
            Phones,
            Browsers,
            Phones,
        ];
        let mut calls = Self::default();
        for kind in mix.into_iter().cycle().take(count) {
            calls.pairs.push(Pair::make(cast, kind).await?);
        }
        Ok(calls)
    }

    /// Makes every call that is not up. How many are up then.
    pub async fn set_up(&mut self) -> usize {
        for some in self.pairs.chunks_mut(AT_ONCE) {
            let results = join_all(some.iter_mut().map(|pair| async move {
                let was_up = pair.call.is_some();
                let result = pair.set_up().await;
                if result.is_err() {
                    pair.hang_up().await;
                }
                (was_up, result.map(|()| pair.call.map(|call| (call, pair.caller.rest().clone()))))
            }))
            .await;
            for (was_up, result) in results {
                match result {
                    Ok(known) if !was_up => self.known.extend(known),
                    Ok(_) => {}
                    Err(error) => self.failures.push(error.to_string()),
                }
            }
        }
        self.up()
    }

    /// How many are up.
    pub fn up(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.call.is_some()).count()
    }

    /// Counts gaps from now on.
    pub fn watch(&self) {
        let now = Instant::now();
        for pair in &self.pairs {
            pair.caller.with_ear(|ear| ear.watch(now, pair.callee.stream()));
            pair.callee.with_ear(|ear| ear.watch(now, pair.caller.stream()));
        }
    }

    /// Waits at least `at_least` and at most `at_most`, in between until every call either talks or is over. What became of each that
    /// was up; those lost are hung up.
    pub async fn fates(&mut self, at_least: Duration, at_most: Duration) -> Vec<(PairKind, Fate)> {
        let began = Instant::now();
        sleep(at_least).await;
        let mut over: Vec<bool> = vec![false; self.pairs.len()];
        loop {
            let mut open = 0;
            for (pair, over) in self.pairs.iter().zip(&mut over) {
                if pair.call.is_none() || *over {
                    continue;
                }
                *over = pair.is_over().await;
                open += usize::from(!*over && !pair.talks(Instant::now()));
            }
            if open == 0 || began.elapsed() > at_most {
                break;
            }
            sleep(LOOK).await;
        }
        let now = Instant::now();
        let mut fates = Vec::new();
        for (pair, over) in self.pairs.iter_mut().zip(over) {
            if pair.call.is_none() {
                continue;
            }
            let (forth, back) = pair.heard(now);
            let fate = judge(forth, back, over);
            fates.push((pair.kind, fate));
            if fate.loss.is_some() {
                pair.hang_up().await;
            }
        }
        fates
    }

    /// The generator's own lateness since the watch began: no gap below it means anything.
    pub fn own_lateness(&self) -> Duration {
        let ends = self.pairs.iter().flat_map(|pair| [&pair.caller, &pair.callee]);
        ends.map(|end| end.with_ear(|ear| ear.own_lateness)).max().unwrap_or_default()
    }

    /// How long each browser's socket took to come back since [`Self::forget_resumes`].
    pub fn resumes(&self) -> Vec<Duration> {
        self.webs().flat_map(|user| user.web.resumes().took.clone()).collect()
    }

    /// Forgets them.
    pub fn forget_resumes(&self) {
        self.webs().for_each(|user| user.web.forget_resumes());
    }

    fn webs(&self) -> impl Iterator<Item = &WebUser> {
        let ends = self.pairs.iter().flat_map(|pair| [&pair.caller, &pair.callee]);
        ends.filter_map(|end| match end {
            End::Web(user) => Some(user),
            End::Phone(_) => None,
        })
    }

    /// Hangs everything up; how many were not confirmed at both ends.
    pub async fn hang_up(&mut self) -> usize {
        let up = self.pairs.iter_mut().filter(|pair| pair.call.is_some());
        join_all(up.map(Pair::hang_up)).await.into_iter().filter(|done| !done).count()
    }

    /// Asks for the record of every call that was ever up: how many are missing, and how many are still open although all hung up.
    pub async fn audit(&self) -> (usize, usize) {
        let (mut missing, mut open) = (0, 0);
        for (call, rest) in &self.known {
            match rest.get::<Call>(&format!("/calls/{call}")).await {
                Ok(record) if record.answered_at.is_none() => missing += 1,
                Ok(record) => open += usize::from(record.ended_at.is_none()),
                Err(_) => missing += 1,
            }
        }
        (missing, open)
    }
}

async fn until(end: Instant, wanted: impl Fn() -> bool) -> Result<(), ()> {
    while !wanted() {
        if Instant::now() > end {
            return Err(());
        }
        sleep(LOOK).await;
    }
    Ok(())
}
