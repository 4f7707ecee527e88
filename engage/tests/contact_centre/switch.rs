//! Call control that only remembers what it was asked, and tells what the test wants to have happened. It outlives the nodes that ask it,
//! as a switch on another node would.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tandem_communicate::control::{CallChange, CallError, CallNotice, IncomingCall};
use tandem_core::{Clock as _, OrgScope, SystemClock};
use tandem_engage::control::CallControl;
use tandem_proto::{
    CallId, ConversationId, LegId, Stream, UserId,
    api::{Call, EndReason, Leg, LegKind, LegState},
    events::call::CallEnded,
};
use tandem_store::{BoxFuture, Cause, Expect, Store};
use tokio::sync::mpsc;

/// Something call control was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Asked {
    Answer,
    Play { sounds: Vec<String>, looped: bool },
    Ring { agent: UserId, leg: LegId },
    HangUp { leg: LegId, reason: EndReason },
    End,
}

/// Where new calls and news of calls go to.
pub(crate) struct Ears {
    pub(crate) incoming: mpsc::Sender<IncomingCall>,
    pub(crate) notices: mpsc::Sender<CallNotice>,
}

pub(crate) struct FakeCalls {
    ears: Mutex<Option<Ears>>,
    asked: mpsc::UnboundedSender<(CallId, Asked)>,
    calls: Mutex<BTreeMap<CallId, (OrgScope, Call)>>,
    absent: Mutex<BTreeSet<UserId>>,
}

fn leg(user: Option<UserId>, caller: bool) -> Leg {
    Leg {
        id: LegId::generate(),
        kind: LegKind::Web,
        user,
        device: None,
        address: String::new(),
        name: None,
        state: LegState::Ringing,
        caller,
        muted: false,
        started_at: SystemClock.now(),
        answered_at: None,
        ended_at: None,
        end_reason: None,
        trunk: None,
    }
}

impl FakeCalls {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<(CallId, Asked)>) {
        let (asked, log) = mpsc::unbounded_channel();
        (Self { ears: Mutex::default(), asked, calls: Mutex::default(), absent: Mutex::default() }, log)
    }

    pub(crate) fn listen(&self, ears: Ears) {
        *self.ears.lock().expect("not poisoned") = Some(ears);
    }

    fn calls(&self) -> MutexGuard<'_, BTreeMap<CallId, (OrgScope, Call)>> {
        self.calls.lock().expect("not poisoned")
    }

    /// A customer calls; answers the call and the sender that takes it.
    pub(crate) fn dial(&self, scope: OrgScope) -> (Call, mpsc::Sender<IncomingCall>) {
        let call = Call {
            id: CallId::generate(),
            conversation: None,
            dialled: "+15550100".to_owned(),
            video: false,
            legs: vec![leg(None, true)],
            started_at: SystemClock.now(),
            answered_at: None,
            ended_at: None,
            end_reason: None,
        };
        self.calls().insert(call.id, (scope, call.clone()));
        let incoming =
            self.ears.lock().expect("not poisoned").as_ref().expect("somebody listens").incoming.clone();
        (call, incoming)
    }

    pub(crate) fn absent(&self, user: UserId) {
        self.absent.lock().expect("not poisoned").insert(user);
    }

    /// Nobody knows of the call any more.
    pub(crate) fn lose(&self, call: CallId) {
        self.calls().remove(&call);
    }

    fn ask(&self, call: CallId, asked: Asked) -> Result<LegId, CallError> {
        let caller =
            self.calls().get(&call).filter(|(_, call)| call.ended_at.is_none()).map(|(_, c)| c.legs[0].id);
        let caller = caller.ok_or(CallError::UnknownCall(call))?;
        let _ = self.asked.send((call, asked));
        Ok(caller)
    }

    /// Something happens to a call. Answers the news of it.
    pub(crate) fn happens(&self, call: CallId, what: CallChange) -> Option<CallNotice> {
        let at = SystemClock.now();
        let mut calls = self.calls();
        let (scope, record) = calls.get_mut(&call)?;
        match &what {
            CallChange::Answered { leg, .. } => {
                if let Some(leg) = record.legs.iter_mut().find(|other| other.id == *leg) {
                    (leg.state, leg.answered_at) = (LegState::Connected, Some(at));
                }
            }
            CallChange::LegEnded { leg, reason, .. } => {
                if let Some(leg) = record.legs.iter_mut().find(|other| other.id == *leg) {
                    (leg.state, leg.ended_at, leg.end_reason) = (LegState::Ended, Some(at), Some(*reason));
                }
            }
            CallChange::Ended { reason } => {
                (record.ended_at, record.end_reason) = (Some(at), Some(*reason));
            }
            _ => {}
        }
        Some(CallNotice { scope: *scope, call, at, what })
    }

    /// The same, and whoever listens is told.
    pub(crate) fn tell(&self, call: CallId, what: CallChange) {
        if let Some(notice) = self.happens(call, what) {
            let ears = self.ears.lock().expect("not poisoned");
            let notices = &ears.as_ref().expect("somebody listens").notices;
            notices.try_send(notice).expect("the contact centre keeps up");
        }
    }

    pub(crate) fn over(&self, call: CallId, reason: EndReason) {
        let caller = self.calls().get(&call).filter(|(_, c)| c.ended_at.is_none()).map(|(_, c)| c.legs[0].id);
        if let Some(leg) = caller {
            self.tell(call, CallChange::LegEnded { leg, user: None, reason, was_answered: true });
            self.tell(call, CallChange::Ended { reason });
        }
    }

    /// The call ends, and only the log knows.
    pub(crate) async fn over_unheard(&self, store: &Store, call: CallId, reason: EndReason) {
        let notice = self.happens(call, CallChange::Ended { reason }).expect("the call is there");
        let write = store.write(notice.scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                tx.append(Stream::call(call), Expect::Any, &[], &CallEnded { call, reason }).await
            })
        });
        let written: Result<i64, tandem_store::StoreError> = write.await;
        written.expect("the log is written");
    }
}

impl CallControl for FakeCalls {
    fn answer(&self, _: OrgScope, call: CallId, _: ConversationId) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            let leg = self.ask(call, Asked::Answer)?;
            self.tell(call, CallChange::Answered { leg, user: None });
            Ok(())
        })
    }

    fn play(
        &self,
        _: OrgScope,
        call: CallId,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            let name =
                |file: &PathBuf| file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            self.ask(call, Asked::Play { sounds: files.iter().map(name).collect(), looped })?;
            if !looped {
                self.tell(call, CallChange::Played { leg, play });
            }
            Ok(())
        })
    }

    fn ring(
        &self,
        _: OrgScope,
        call: CallId,
        agent: UserId,
        _: Duration,
    ) -> BoxFuture<'_, Result<LegId, CallError>> {
        Box::pin(async move {
            if self.absent.lock().expect("not poisoned").contains(&agent) {
                return Err(CallError::Unreachable);
            }
            let rings = leg(Some(agent), false);
            let leg = rings.id;
            if let Some((_, call)) = self.calls().get_mut(&call) {
                call.legs.push(rings);
            }
            self.ask(call, Asked::Ring { agent, leg })?;
            Ok(leg)
        })
    }

    fn hang_up(
        &self,
        _: OrgScope,
        call: CallId,
        leg: LegId,
        reason: EndReason,
    ) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            self.ask(call, Asked::HangUp { leg, reason })?;
            self.tell(call, CallChange::LegEnded { leg, user: None, reason, was_answered: false });
            Ok(())
        })
    }

    fn end(&self, _: OrgScope, call: CallId, reason: EndReason) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            self.ask(call, Asked::End)?;
            self.over(call, reason);
            Ok(())
        })
    }

    fn describe(&self, _: OrgScope, call: CallId) -> BoxFuture<'_, Result<Option<Call>, CallError>> {
        let record = self.calls().get(&call).map(|(_, call)| call.clone());
        Box::pin(async move { Ok(record.filter(|call| call.ended_at.is_none())) })
    }
}
