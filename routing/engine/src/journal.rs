//! A domain that can go back to what is durable.

use tandem_proto::Timestamp;
use tandem_routing::{Domain, Input, Output, Refused};

/// Inputs kept at least before the base is renewed; more for a large domain, so that copying it stays cheap per input.
const KEPT: usize = 1_024;

/// A domain beside an older copy of it and the inputs in between. The core is deterministic, so the copy and the inputs give the
/// domain again as it was before a write failed.
#[derive(Debug)]
pub(crate) struct Journal {
    domain: Domain,
    base: Domain,
    /// Durable inputs since the base,
    kept: Vec<(Timestamp, Input)>,
    /// and those that are not durable yet.
    pending: Vec<(Timestamp, Input)>,
}

impl Journal {
    pub(crate) fn new(domain: Domain) -> Self {
        Self { base: domain.clone(), domain, kept: Vec::new(), pending: Vec::new() }
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

    /// What was handled is durable.
    pub(crate) fn commit(&mut self) {
        self.kept.append(&mut self.pending);
        if self.kept.len() > KEPT.max(self.domain.size()) {
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
