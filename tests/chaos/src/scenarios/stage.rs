//! What every scenario has: a world, people in it, and the comparison at the end.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{Options, ScenarioError};
use crate::{
    ledger::audit_routing,
    load::{Calls, Cast, Chats, Fate, Loss, PairKind, Queue, Reader},
    report::{Figure, Report},
    rest::{Counts, RestError},
    world::{Cluster, Hosts, Single, World},
};

/// Pause between two messages of a writer.
const WRITING: Duration = Duration::from_millis(100);

/// A world with people in it.
pub struct Stage {
    /// What is under test.
    pub world: World,
    /// Calls that stay up.
    pub calls: Calls,
    /// Writers.
    pub chats: Chats,
    /// Customers and agents.
    pub queue: Queue,
    /// Who sees it all.
    pub reader: Rc<Reader>,
    /// What became of calls so far.
    pub outcome: Outcome,
    cast: Cast,
    /// Removed at the end.
    folder: Option<TempDir>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("world", &self.world).finish_non_exhaustive()
    }
}

/// What became of calls over all rounds.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Fates of calls that were up when something died.
    pub fates: Vec<(PairKind, Fate)>,
    /// How long sockets took to come back.
    pub resumes: Vec<Duration>,
    /// The generator's own lateness, each round's most.
    pub lateness: Vec<Duration>,
    /// Times no call at all could be set up again.
    pub barren_rounds: u64,
}

fn machine(error: std::io::Error) -> ScenarioError {
    ScenarioError::Machine(format!("no folder for the data: {error}"))
}

/// A folder under target/, so that it is on a disk: a memory file system would flatter the flush.
fn target() -> Result<PathBuf, ScenarioError> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/chaos");
    std::fs::create_dir_all(&target).map_err(machine)?;
    Ok(target)
}

/// Starts one process for the scenario, its data in `folder` or in a folder that is removed afterwards.
pub(super) async fn single(
    options: &Options,
    folder: Option<&Path>,
) -> Result<(World, Option<TempDir>), ScenarioError> {
    let (base, kept): (PathBuf, Option<TempDir>) = match folder.or(options.data.as_deref()) {
        Some(folder) => (folder.to_owned(), None),
        None => {
            let folder = TempDir::new_in(target()?).map_err(machine)?;
            (folder.path().to_owned(), Some(folder))
        }
    };
    // Where a data folder was given, it may be full on purpose: the log is elsewhere.
    let log = match folder {
        Some(_) => target()?.join("tandem.log"),
        None => base.join("tandem.log"),
    };
    let single = Single::start(&options.bin, &base.join("data"), &log).await?;
    Ok((World::Single(Box::new(single)), kept))
}

impl Stage {
    /// One process with people in it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn single(options: &Options) -> Result<Self, ScenarioError> {
        let (world, folder) = single(options, None).await?;
        Self::set(world, folder, options).await
    }

    /// The cluster of `--cluster`, or one of its own, with people in it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn cluster(options: &Options) -> Result<Self, ScenarioError> {
        match &options.cluster {
            Some(file) => Self::on(Cluster::open(file)?, options).await,
            None => Self::own_cluster(options, Hosts::Shared).await,
        }
    }

    /// A cluster of its own with people in it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn own_cluster(options: &Options, hosts: Hosts) -> Result<Self, ScenarioError> {
        // Not in a folder only we may enter: PostgreSQL runs as somebody else.
        let folder = target()?.join("cluster");
        Self::on(Cluster::start(&options.script, &options.bin, &folder, hosts).await?, options).await
    }

    async fn on(cluster: Cluster, options: &Options) -> Result<Self, ScenarioError> {
        Self::set(World::Cluster(Box::new(cluster)), None, options).await
    }

    /// Any world with people in it: calls are up, writers write, customers call.
    ///
    /// # Errors
    /// When people cannot be made.
    pub async fn set(
        world: World,
        folder: Option<TempDir>,
        options: &Options,
    ) -> Result<Self, ScenarioError> {
        let mut cast = Cast::new(&world)?;
        let mut reader = Reader::open(&mut cast).await?;
        let mut chats = Chats::prepare(&mut cast, options.writers, reader.user()).await?;
        let mut queue = Queue::prepare(&mut cast, options.customers).await?;
        let mut calls = Calls::prepare(&mut cast, options.calls).await?;
        reader.begin().await?;
        let reader = Rc::new(reader);
        calls.set_up().await;
        chats.begin(WRITING);
        queue.begin(&reader);
        Ok(Self { world, calls, chats, queue, reader, outcome: Outcome::default(), cast, folder })
    }

    /// How the API answered so far.
    pub fn counts(&self) -> Counts {
        self.cast.rest.counts()
    }

    /// What makes a chat: something that only is done once it is durable. To be asked for before something dies.
    ///
    /// # Errors
    /// When nobody else is known.
    pub async fn durable_command(&self) -> Result<Value, RestError> {
        let people: Value = self.reader.web().rest().get("/people?limit=2").await?;
        let ids: Vec<&Value> =
            people["items"].as_array().into_iter().flatten().map(|person| &person["id"]).collect();
        Ok(json!({ "kind": "group", "members": ids, "title": "Written again" }))
    }

    /// Whether that command is done now.
    pub async fn is_durable(&self, command: &Value) -> bool {
        self.reader.web().rest().post("/chats", command).await.is_ok()
    }

    /// Before something dies: every call is up, and everything counts from now on.
    pub async fn ready(&mut self) {
        let wanted = self.calls.pairs.len();
        if self.calls.set_up().await == 0 && wanted > 0 {
            self.outcome.barren_rounds += 1;
        }
        // A dropped frame at the very start of a call is not this fault's.
        sleep(Duration::from_millis(300)).await;
        self.calls.forget_resumes();
        self.queue.forget_resumes();
        self.reader.web().forget_resumes();
        self.calls.watch();
    }

    /// After something died: what became of the calls.
    pub async fn settle(&mut self, at_least: Duration, at_most: Duration) {
        let fates = self.calls.fates(at_least, at_most).await;
        self.outcome.fates.extend(fates);
        self.outcome.lateness.push(self.calls.own_lateness());
        self.outcome.resumes.extend(self.calls.resumes());
        self.outcome.resumes.extend(self.queue.resumes());
        let resumes = self.reader.web().resumes().took.clone();
        self.outcome.resumes.extend(resumes);
    }

    /// Ends the load and compares everything with the server's history. Goals of what must hold in every scenario are here; those of
    /// the gap are the scenario's own.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn audit(&mut self, report: &mut Report, gap: [Option<f64>; 3]) -> Result<(), ScenarioError> {
        self.chats.end().await;
        self.queue.end().await;
        let unconfirmed = self.calls.hang_up().await;
        sleep(Duration::from_millis(500)).await;

        self.calls_in(report, gap, unconfirmed);
        report.spread("socket back", &self.outcome.resumes, [None, Some(2_000.0), None]);
        self.messages_in(report).await?;

        let log = self.reader.log().await?;
        let journal = self.reader.audit(&log).await;
        report.figure(Figure::none("events lost", journal.lost, journal.logged));
        report.figure(Figure::none("events doubled", journal.doubled, journal.logged));
        report.figure(Figure::none(
            "events out of order",
            journal.out_of_order + journal.invented,
            journal.logged,
        ));
        report.findings.extend(journal.examples);

        let routing = audit_routing(&log);
        report.figure(Figure::none("queue places lost", routing.places_lost, routing.queued));
        report.figure(Figure::none("talks with agents cut off", routing.talks_lost, routing.queued));
        report.figure(Figure::none("offers doubled", routing.offered_twice + routing.stale, routing.queued));
        report.figure(Figure::none("offers out of order", routing.out_of_order, routing.queued));
        report.findings.extend(routing.examples);

        let (missing, open) = self.calls.audit().await;
        let known = self.calls.known.len() as u64;
        report.figure(Figure::none("call records lost", missing as u64, known));
        report.figure(Figure::none("call records left open", open as u64, known));
        self.rest_in(report);
        self.log_in(report);
        Ok(())
    }

    fn calls_in(&self, report: &mut Report, gap: [Option<f64>; 3], unconfirmed: usize) {
        let fates = &self.outcome.fates;
        let n = fates.len() as u64;
        let lost: Vec<(PairKind, Loss)> =
            fates.iter().filter_map(|(kind, fate)| Some((*kind, fate.loss?))).collect();
        report.figure(Figure::none("calls lost", lost.len() as u64, n));
        for why in [Loss::Ended, Loss::LongGap, Loss::OneWay, Loss::Silent] {
            for kind in
                [PairKind::Phones, PairKind::PhoneAndBrowser, PairKind::Browsers, PairKind::Transcoded]
            {
                let count = lost.iter().filter(|it| **it == (kind, why)).count();
                if count > 0 {
                    report.finding(format!("calls lost: {count} × {kind:?} {why:?}"));
                }
            }
        }
        let kept: Vec<_> = fates.iter().filter(|(_, fate)| fate.loss.is_none()).collect();
        let gaps: Vec<Duration> = kept.iter().map(|(_, fate)| fate.gap).collect();
        let lateness = self.outcome.lateness.iter().max().copied().unwrap_or_default();
        report.spread_with_slack("gap", &gaps, gap, lateness);
        let frames: u64 = kept.iter().map(|(_, fate)| fate.frames_lost).sum();
        report.figure(Figure::told("frames lost", "", frames as f64).over(gaps.len() as u64));
        report.figure(Figure::told("generator's own lateness", "ms", lateness.as_secs_f64() * 1_000.0));
        report.figure(Figure::none("hang-ups not confirmed at both ends", unconfirmed as u64, 0).wished());
        report.figure(Figure::none("calls not set up", self.calls.failures.len() as u64, n).wished());
        report.findings.extend(self.calls.failures.iter().cloned());
    }

    async fn messages_in(&self, report: &mut Report) -> Result<(), ScenarioError> {
        let audit = self.chats.audit().await?;
        let n = audit.acknowledged;
        report.figure(Figure::none("messages lost", audit.lost, n));
        report.figure(Figure::none("messages doubled", audit.doubled, n));
        report.figure(Figure::none("message numbers missing", audit.holes, n));
        report.figure(Figure::none("messages refused", self.chats.messages().refused, n));
        Ok(())
    }

    fn rest_in(&self, report: &mut Report) {
        let counts = self.counts();
        let n = counts.ok + counts.refused + counts.server_errors() + counts.unanswered;
        report.figure(Figure::none("5xx other than 503 with Retry-After and 507", counts.failed, n));
        report.figure(Figure::told("503 with Retry-After, 507", "", counts.later as f64).over(n));
        report.figure(Figure::told("4xx", "", counts.refused as f64).over(n));
        report.figure(Figure::told("requests unanswered", "", counts.unanswered as f64).over(n));
        report.figure(Figure::told("slowest 2xx", "ms", counts.slowest_ok_ms as f64));
        for (what, count) in self.cast.rest.failures() {
            report.finding(format!("{what}: {count}"));
        }
        let tally = self.queue.tally();
        report.figure(Figure::told("customers' calls", "", tally.dialled as f64));
        report.figure(Figure::told("… who talked to an agent", "", tally.talked as f64).over(tally.dialled));
        report.figure(Figure::none("… cut off by the server", tally.cut_off, tally.dialled).wished());
        report.figure(Figure::told("… refused", "", tally.refused as f64).over(tally.dialled));
        for (status, count) in self.queue.refusals() {
            report.finding(format!("customers refused with {status}: {count}"));
        }
        report.figure(Figure::told("… who gave up", "", tally.gave_up as f64).over(tally.dialled));
        report.figure(Figure::told("agents put back On Queue", "", tally.put_back as f64));
        let reader = self.reader.web().resumes();
        if reader.forgotten > 0 {
            report.finding(format!("the reader's cursor was not known any more, {} times", reader.forgotten));
        }
    }

    /// Panics and errors in the logs of the processes.
    fn log_in(&self, report: &mut Report) {
        let logs: Vec<PathBuf> = match &self.world {
            World::Single(single) => vec![single.log()],
            World::Cluster(cluster) => cluster.nodes().iter().map(|node| node.log.clone()).collect(),
        };
        let (mut panics, mut errors) = (0, Vec::new());
        for log in logs {
            let text = std::fs::read(&log)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default();
            panics += text.lines().filter(|line| line.contains("panicked at")).count();
            errors.extend(
                text.lines()
                    .filter(|line| line.contains("ERROR") || line.contains("panicked at"))
                    .map(str::to_owned),
            );
        }
        report.figure(Figure::none("panics in the log", panics as u64, 0));
        report.figure(Figure::told("errors in the log", "", errors.len() as f64));
        errors.dedup_by_key(|line| {
            line.split_once("ERROR").map(|(_, rest)| rest.chars().take(40).collect::<String>())
        });
        report.findings.extend(errors.into_iter().take(8).map(|line| line.chars().take(240).collect()));
    }

    /// Ends the one process, if it is one.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn end(mut self) -> Result<(), ScenarioError> {
        if let World::Single(single) = &mut self.world {
            single.stop().await?;
        }
        Ok(())
    }

    /// Keeps the data folder, to look at it.
    pub fn keep(&mut self) -> Option<PathBuf> {
        self.folder.take().map(TempDir::keep)
    }
}
