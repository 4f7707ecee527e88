//! A domain that can go back to what is durable.

use tandem_proto::Timestamp;
use tandem_routing::{Domain, Input, Output, Refused};

use crate::durable::{Inputs, State};

/// Inputs kept at least before the base is renewed; more for a large domain, so that copying it stays cheap per input.
const KEPT: usize = 1_024;

/// A domain beside an older copy of it and the inputs in between, here as on disk. The core is deterministic, so the copy and the inputs
/// give the domain again: as it was before a write failed, or on another node.
#[derive(Debug)]
pub(crate) struct Journal {
    domain: Domain,
    base: Domain,
    /// Durable inputs since the base,
    kept: Inputs,
    /// and those that are not durable yet.
    pending: Inputs,
    /// Rows of inputs written so far.
    rows: i64,
}

impl Journal {
    /// Of a domain whose snapshot is on disk.
    pub(crate) fn new(domain: Domain) -> Self {
        Self { base: domain.clone(), domain, kept: Vec::new(), pending: Vec::new(), rows: 0 }
    }

    pub(crate) const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Feeds the domain and collects what followed.
    pub(crate) fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refused> {
        self.pending.push((now, input.clone()));
        let result = self.domain.handle(now, input);
        outputs.extend(std::iter::from_fn(|| self.domain.poll_output()));
        result
    }

    /// What is to be written so that everything handled so far is durable.
    pub(crate) fn state(&self) -> State {
        if self.kept.len() + self.pending.len() > KEPT.max(self.domain.size()) {
            State::Snapshot(self.domain.save())
        } else {
            State::Inputs { number: self.rows, inputs: self.pending.clone() }
        }
    }

    /// What [`Self::state`] said is durable.
    pub(crate) fn commit(&mut self, snapshot: bool) {
        self.kept.append(&mut self.pending);
        self.rows += 1;
        if snapshot {
            self.base = self.domain.clone();
            self.kept.clear();
        }
    }

    /// What was handled since the last commit did not happen.
    pub(crate) fn roll_back(&mut self) {
        self.pending.clear();
        self.domain = self.base.clone();
        for (now, input) in &self.kept {
            // A refusal was told when it happened first.
            let _ = self.domain.handle(*now, input.clone());
            while self.domain.poll_output().is_some() {}
        }
    }
}
