//! Random commands over few streams do what a model of a page does.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::support::{Place, name_of, named, new_scope, next_told, settled};
use proptest::{prelude::*, test_runner::TestRunner};
use tandem_core::OrgScope;
use tandem_proto::{ChatId, Cursor, Stream};
use tandem_store::{Cause, EventFilter, Expect, Store, StoreError};

/// One append: to which of the streams, and which version to expect beyond what the stream has (`None`: any).
type Append = (usize, Option<i64>);

#[derive(Clone, Debug)]
struct Command {
    appends: Vec<Append>,
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Ending {
    Keep,
    Fail,
    Panic,
}

#[derive(Clone, PartialEq, Debug)]
enum Answer {
    Versions(Vec<i64>),
    Conflict,
    Failed,
    Panicked,
}

fn commands() -> impl Strategy<Value = Vec<Vec<Command>>> {
    let expect = prop_oneof![3 => Just(None), 3 => Just(Some(0)), 1 => (-1..2_i64).prop_map(Some)];
    let ending = prop_oneof![6 => Just(Ending::Keep), 1 => Just(Ending::Fail), 1 => Just(Ending::Panic)];
    let command = (prop::collection::vec((0..3_usize, expect), 0..4), ending)
        .prop_map(|(appends, ending)| Command { appends, ending });
    prop::collection::vec(prop::collection::vec(command, 1..12), 1..5)
}

/// The log as it should be: the stream and version of every event.
#[derive(Clone, Default)]
struct Model {
    versions: BTreeMap<usize, i64>,
    log: Vec<(usize, i64)>,
}

impl Model {
    fn version(&self, stream: usize) -> i64 {
        self.versions.get(&stream).copied().unwrap_or(0)
    }

    fn run(&mut self, command: &Command) -> Answer {
        let before = self.clone();
        let answer = self.attempt(command);
        if !matches!(answer, Answer::Versions(_)) {
            *self = before;
        }
        answer
    }

    fn attempt(&mut self, command: &Command) -> Answer {
        let mut versions = Vec::new();
        for (stream, expect) in &command.appends {
            let version = self.version(*stream);
            if expect.is_some_and(|beyond| beyond != 0) {
                return Answer::Conflict;
            }
            self.versions.insert(*stream, version + 1);
            self.log.push((*stream, version + 1));
            versions.push(version + 1);
        }
        match command.ending {
            Ending::Keep => Answer::Versions(versions),
            Ending::Fail => Answer::Failed,
            Ending::Panic => Answer::Panicked,
        }
    }
}

/// The command against the store; what it expects is worked out from the model as it stands before it.
async fn run(
    store: &Store,
    scope: OrgScope,
    streams: [Stream; 3],
    command: Command,
    before: Model,
) -> Answer {
    let written = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            let (mut model, mut versions) = (before, Vec::new());
            for (stream, expect) in command.appends {
                let version = model.version(stream);
                let expect = expect.map_or(Expect::Any, |beyond| Expect::Version(version + beyond));
                versions
                    .push(tx.append(streams[stream].clone(), expect, &[], &named(stream.to_string())).await?);
                model.versions.insert(stream, version + 1);
            }
            assert_ne!(command.ending, Ending::Panic);
            if command.ending == Ending::Fail { Err(StoreError::Overloaded) } else { Ok(versions) }
        })
    });
    match written.await {
        Ok(versions) => Answer::Versions(versions),
        Err(StoreError::Conflict { .. }) => Answer::Conflict,
        Err(StoreError::Overloaded) => Answer::Failed,
        Err(StoreError::Panicked(_)) => Answer::Panicked,
        Err(error) => panic!("unexpected: {error}"),
    }
}

async fn check(place: &Place, rounds: Vec<Vec<Command>>) {
    let mut store = place.open().await;
    let (scope, streams) = (new_scope(), [(); 3].map(|()| Stream::chat(ChatId::generate())));
    let mut model = Model::default();
    for round in rounds {
        let mut live = store.live();
        let told = model.log.len();
        // Commands are queued in the order in which they are first polled, so all of a round are in one or two groups.
        let mut wanted = Vec::new();
        let mut running = Vec::new();
        for command in round {
            running.push(run(&store, scope, streams.clone(), command.clone(), model.clone()));
            wanted.push(model.run(&command));
        }
        assert_eq!(futures::future::join_all(running).await, wanted);

        let (events, _) =
            store.events(scope, &EventFilter::default(), Cursor::START, 1_000).await.expect("read");
        let log: Vec<_> = events.iter().map(|e| (name_of(e).parse().expect("a number"), e.version)).collect();
        assert_eq!(log, model.log);
        let positions: Vec<i64> = events.iter().map(|e| e.cursor.position.0).collect();
        assert_eq!(positions, (1..=events.len() as i64).collect::<Vec<_>>(), "dense");
        settled(&store).await;
        for event in &events[told..] {
            assert_eq!(*next_told(&mut live).await, *event);
        }
        assert!(live.try_recv().is_err(), "nothing that was undone");
        store.close().await;
        store = place.open().await;
    }
}

/// Checks `cases` random sequences, each on an empty database of its own.
fn check_all(cases: u32, place: Place) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let place = std::cell::RefCell::new(Some(place));
    let checked = TestRunner::new(config).run(&commands(), |rounds| {
        let fresh = place.take().expect("put back").afresh();
        let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(check(&fresh, rounds))));
        place.replace(Some(fresh));
        outcome.map_err(|_| TestCaseError::fail("the store differs from the model"))
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}

#[test]
fn the_log_is_what_the_model_says_on_sqlite() {
    check_all(48, Place::sqlite());
}

#[test]
fn the_log_is_what_the_model_says_on_postgres() {
    check_all(12, Place::postgres());
}
