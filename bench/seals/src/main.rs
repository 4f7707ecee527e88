//! What a seal costs: to make one, to open one, and both where they are remembered.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use tandem_bus::seals::{KeyBook, Seals};
use tandem_core::{
    Permission,
    sealed::{Behalf, Person},
};
use tandem_proto::{NodeId, OrgId, RequestId, SessionId, UserId};

const TIMES: u32 = 20_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let book = KeyBook::default();
    let [here, there] = [(); 2].map(|()| {
        let seals = Seals::new(NodeId::generate());
        book.join(&seals);
        seals
    });
    let person = Behalf::Person(Person {
        org: OrgId::generate(),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Permission::ALL.iter().copied().collect(),
        complete: true,
        request: RequestId::generate(),
    });
    let seal = |behalf: &Behalf| here.for_service("calls", there.me(), behalf, b"body").expect("sealed");
    let (for_nobody, for_person) = (seal(&Behalf::System), seal(&person));
    let open = async |seal: &str| {
        there.open_for(Some(seal.as_bytes()), "calls", here.me(), b"body").await.expect("opened");
    };
    let bytes = format!("{} and {} bytes", for_nobody.len(), for_person.len());
    say(&format!("for nobody and for a person with every right: {bytes}"));
    say(&format!("make, for a person       {:>9.2?}", mean(async || drop(seal(&person))).await));
    say(&format!("make, remembered         {:>9.2?}", mean(async || drop(seal(&Behalf::System))).await));
    say(&format!("open, for a person       {:>9.2?}", mean(async || open(&for_person).await).await));
    say(&format!("open, remembered         {:>9.2?}", mean(async || open(&for_nobody).await).await));
}

/// The mean over [`TIMES`], after a tenth as many to warm up.
async fn mean(mut once: impl AsyncFnMut()) -> Duration {
    for _ in 0..TIMES / 10 {
        once().await;
    }
    let began = Instant::now();
    for _ in 0..TIMES {
        once().await;
    }
    began.elapsed() / TIMES
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
