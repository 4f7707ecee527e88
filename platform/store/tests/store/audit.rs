//! Audit chains: what is in them, and what is found when somebody changes them with plain SQL.

use std::{collections::BTreeMap, net::IpAddr};

use crate::support::{Place, new_scope, on_both_engines};
use futures::future::join_all;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use tandem_core::{OrgScope, Origin};
use tandem_proto::{Actor, UserId};
use tandem_store::{
    AuditKey, Cause, Change, Options, Redacted, Store, StoreError,
    audit::{self, Filter, Kept, Outcome, What},
};
use uuid::Uuid;

const KEY: AuditKey = AuditKey::new([9; 32]);

impl Place {
    fn audited(&self) -> Options {
        Options { audit_key: KEY, ..self.options() }
    }

    async fn open_audited(&self) -> Store {
        Store::open_with(self.audited()).await.expect("the store opens")
    }
}

/// Tells of a change of the note `number`.
async fn change(store: &Store, scope: OrgScope, cause: Cause, number: i64) -> Result<(), StoreError> {
    let written = store.write(scope, cause, move |tx| {
        Box::pin(async move {
            let (before, after) =
                (serde_json::json!({ "text": number }), serde_json::json!({ "text": number + 1 }));
            tx.audit(Change::new("note.changed", "note", number).before(&before).after(&after)).await
        })
    });
    written.await
}

async fn changes(store: &Store, scope: OrgScope, numbers: std::ops::Range<i64>) {
    for number in numbers {
        change(store, scope, Cause::SYSTEM, number).await.expect("told of");
    }
}

/// A connection of somebody who may do anything with the rows.
async fn intruder(place: &Place) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&place.url()).await.expect("connects");
    if place.is_postgres() {
        sqlx::query("SET tandem.org = '*'").execute(&mut conn).await.expect("set");
    }
    conn
}

async fn verified(place: &Place, kept: &Kept) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    let told = |outcome: Outcome| drop(outcomes.insert(outcome.org.clone(), outcome));
    audit::verify(&place.url(), &KEY, None, kept, told).await.expect("looked at");
    outcomes
}

fn faults(outcome: &Outcome) -> Vec<(i64, What)> {
    outcome.faults.iter().map(|fault| (fault.seq, fault.what.clone())).collect()
}

/// What is done to a chain of five entries, and what is then found.
fn tamperings() -> Vec<(&'static str, Vec<(i64, What)>)> {
    vec![
        ("SELECT 1", vec![]),
        (
            "UPDATE audit SET actor = 'user:0197c0de-0000-7000-8000-000000000002' WHERE org = $ORG AND seq = 2",
            vec![(2, What::Altered)],
        ),
        ("UPDATE audit SET after = '{}' WHERE org = $ORG AND seq = 3", vec![(3, What::Altered)]),
        ("UPDATE audit SET at = at + 1 WHERE org = $ORG AND seq = 5", vec![(5, What::Altered)]),
        ("UPDATE audit SET address = '192.0.2.1' WHERE org = $ORG AND seq = 1", vec![(1, What::Altered)]),
        ("DELETE FROM audit WHERE org = $ORG AND seq = 1", vec![(1, What::Missing(1, 1))]),
        ("DELETE FROM audit WHERE org = $ORG AND seq IN (3, 4)", vec![(3, What::Missing(3, 4))]),
        (
            "UPDATE audit SET seq = 99 WHERE org = $ORG AND seq = 2; UPDATE audit SET seq = 2 WHERE org = $ORG AND seq = 3; \
             UPDATE audit SET seq = 3 WHERE org = $ORG AND seq = 99",
            vec![(2, What::Altered), (3, What::Altered)],
        ),
        (
            "UPDATE audit SET seq = seq + 100 WHERE org = $ORG AND seq > 2; UPDATE audit SET seq = seq - 99 WHERE org = $ORG AND seq > 100; \
             INSERT INTO audit (org, seq, at, actor, what, subject_kind, subject, previous, hash) \
             SELECT org, 3, at, actor, what, subject_kind, subject, hash, hash FROM audit WHERE org = $ORG AND seq = 2",
            vec![
                (3, What::Altered),
                (4, What::Altered),
                (5, What::Altered),
                (6, What::Altered),
                (6, What::Beyond),
            ],
        ),
        (
            "INSERT INTO audit (org, seq, at, actor, what, subject_kind, subject, previous, hash) \
             SELECT org, 6, at, actor, what, subject_kind, subject, hash, hash FROM audit WHERE org = $ORG AND seq = 5",
            vec![(6, What::Altered), (6, What::Beyond)],
        ),
        ("DELETE FROM audit WHERE org = $ORG AND seq > 3", vec![(4, What::Missing(4, 5))]),
        ("DELETE FROM audit WHERE org = $ORG", vec![(1, What::Missing(1, 5))]),
        (
            "DELETE FROM audit WHERE org = $ORG AND seq > 3; UPDATE audit_heads SET seq = 3, \
             hash = (SELECT a.hash FROM audit a WHERE a.org = $ORG AND a.seq = 3) WHERE org = $ORG",
            vec![(3, What::FalseHead)],
        ),
        ("UPDATE audit_heads SET seq = 4 WHERE org = $ORG", vec![(4, What::FalseHead), (5, What::Beyond)]),
        ("DELETE FROM audit_heads WHERE org = $ORG", vec![(5, What::NoHead)]),
    ]
}

on_both_engines! {
    #[tokio::test]
    async fn an_entry_says_who_did_what_and_from_where(place: Place) {
        let store = place.open_audited().await;
        let (scope, user, request) = (new_scope(), UserId::generate(), Uuid::now_v7());
        let origin = Origin::new(Some(IpAddr::from([192, 0, 2, 7])), Some("Firefox"));
        let cause = Cause { origin, ..Cause::of(Actor::User { id: user }, Some(request)) };
        change(&store, scope, cause, 4).await.expect("told of");
        let mut conn = store.scoped(scope).await.expect("a connection");
        let entry = audit::entry(&mut conn, scope, 1).await.expect("read").expect("an entry");
        drop(conn);
        assert_eq!((entry.actor, entry.what.as_str()), (format!("user:{user}"), "note.changed"));
        assert_eq!((entry.subject_kind.as_str(), entry.subject.as_str()), ("note", "4"));
        assert_eq!((entry.before.as_deref(), entry.after.as_deref()), (Some(r#"{"text":4}"#), Some(r#"{"text":5}"#)));
        assert_eq!((entry.address.as_deref(), entry.user_agent.as_deref()), (Some("192.0.2.7"), Some("Firefox")));
        assert_eq!(entry.request, Some(request.to_string()));
        assert!(audit::entry(&mut store.scoped(new_scope()).await.expect("a connection"), new_scope(), 1).await.expect("read").is_none());
        store.close().await;
    }

    #[tokio::test]
    async fn what_was_not_done_is_not_told_of(place: Place) {
        let store = place.open_audited().await;
        let scope = new_scope();
        changes(&store, scope, 0..2).await;
        let undone: Result<(), StoreError> = store.write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                tx.audit(Change::new("note.changed", "note", 1).after(&Redacted)).await?;
                Err(StoreError::Closed)
            })
        }).await;
        undone.expect_err("undone");
        changes(&store, scope, 2..4).await;
        store.close().await;
        let outcome = &verified(&place, &Kept::new()).await[&scope.org().to_string()];
        assert_eq!((outcome.entries, outcome.last.seq, faults(outcome)), (4, 4, vec![]));
    }

    #[tokio::test]
    async fn whatever_is_done_to_a_chain_is_found(place: Place) {
        let store = place.open_audited().await;
        let tamperings: Vec<_> = tamperings().into_iter().map(|tampering| (new_scope(), tampering)).collect();
        for (scope, _) in &tamperings {
            changes(&store, *scope, 0..5).await;
        }
        let mut conn = intruder(&place).await;
        for (scope, (sql, _)) in &tamperings {
            let sql = sql.replace("$ORG", &format!("'{}'", scope.org()));
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("done");
        }
        conn.close().await.expect("closed");
        // The store may be open meanwhile.
        let outcomes = verified(&place, &Kept::new()).await;
        for (scope, (sql, found)) in &tamperings {
            assert_eq!(&faults(&outcomes[&scope.org().to_string()]), found, "{sql}");
        }
        let one = tamperings[1].0.org();
        let mut told = Vec::new();
        audit::verify(&place.url(), &KEY, Some(one), &Kept::new(), |outcome| told.push(outcome)).await.expect("looked at");
        assert_eq!(told.iter().map(|outcome| outcome.org.clone()).collect::<Vec<_>>(), [one.to_string()]);
        store.close().await;
    }

    #[tokio::test]
    async fn a_chain_put_back_whole_is_found_by_the_heads_that_were_kept(place: Place) {
        let store = place.open_audited().await;
        let scope = new_scope();
        let org = scope.org().to_string();
        changes(&store, scope, 0..3).await;
        let mut conn = intruder(&place).await;
        let old = sqlx::query("SELECT seq, hash, code FROM audit_heads WHERE org = $1").bind(org.clone());
        let old = old.fetch_one(&mut conn).await.expect("a head");
        changes(&store, scope, 3..5).await;
        let head = audit::heads(&place.url(), &KEY).await.expect("heads").remove(0);
        assert_eq!((head.org.as_str(), head.head.seq, head.genuine), (org.as_str(), 5, true));
        assert_eq!(store.audit_heads().await.expect("heads"), vec![head.clone()]);
        let kept = audit::read_kept(&format!("{org} {} {}\n", head.head.seq, head.head.hash)).expect("reads");
        assert!(faults(&verified(&place, &kept).await[&org]).is_empty());

        sqlx::query("DELETE FROM audit WHERE org = $1 AND seq > 3").bind(org.clone()).execute(&mut conn).await.expect("done");
        let put = sqlx::query("UPDATE audit_heads SET seq = $1, hash = $2, code = $3 WHERE org = $4");
        let put = put.bind(old.get::<i64, _>(0)).bind(old.get::<String, _>(1)).bind(old.get::<String, _>(2));
        put.bind(org.clone()).execute(&mut conn).await.expect("done");
        assert!(faults(&verified(&place, &Kept::new()).await[&org]).is_empty(), "by itself it is whole");
        assert_eq!(faults(&verified(&place, &kept).await[&org]), [(5, What::Truncated)]);
        // And when others were written in their place.
        changes(&store, scope, 7..9).await;
        assert_eq!(faults(&verified(&place, &kept).await[&org]), [(5, What::Replaced)]);

        for table in ["audit", "audit_heads"] {
            let all = AssertSqlSafe(format!("DELETE FROM {table}"));
            sqlx::query(all).execute(&mut conn).await.expect("done");
        }
        assert_eq!(faults(&verified(&place, &kept).await[&org]), [(5, What::Truncated)]);
        conn.close().await.expect("closed");
        store.close().await;
    }

    #[tokio::test]
    async fn a_damaged_end_stays_found_though_work_goes_on(place: Place) {
        let store = place.open_audited().await;
        let (moved, lost) = (new_scope(), new_scope());
        for scope in [moved, lost] {
            changes(&store, scope, 0..5).await;
        }
        let mut conn = intruder(&place).await;
        let done = format!(
            "DELETE FROM audit WHERE seq > 3; \
             UPDATE audit_heads SET seq = 3, hash = (SELECT a.hash FROM audit a WHERE a.org = audit_heads.org AND a.seq = 3); \
             DELETE FROM audit_heads WHERE org = '{}'",
            lost.org()
        );
        sqlx::raw_sql(AssertSqlSafe(done)).execute(&mut conn).await.expect("done");
        conn.close().await.expect("closed");
        assert!(audit::heads(&place.url(), &KEY).await.expect("heads").iter().all(|head| !head.genuine));
        for scope in [moved, lost] {
            changes(&store, scope, 5..7).await;
        }
        store.close().await;
        let outcomes = verified(&place, &Kept::new()).await;
        for scope in [moved, lost] {
            let outcome = &outcomes[&scope.org().to_string()];
            assert_eq!((outcome.last.seq, faults(outcome)), (6, vec![(4, What::Mended)]));
        }
        assert!(audit::heads(&place.url(), &KEY).await.expect("heads").iter().all(|head| head.genuine));
    }

    #[tokio::test]
    async fn nobody_goes_on_with_another_key(place: Place) {
        let store = place.open_audited().await;
        changes(&store, new_scope(), 0..1).await;
        store.close().await;
        let other = AuditKey::new([8; 32]);
        let refused = Store::open_with(Options { audit_key: other.clone(), ..place.audited() }).await;
        assert!(matches!(&refused, Err(StoreError::Open { reason, .. }) if reason.contains("audit_key")), "{refused:?}");
        let refused = audit::verify(&place.url(), &other, None, &Kept::new(), |_| {}).await;
        assert!(matches!(refused, Err(StoreError::Open { .. })));
        place.open_audited().await.close().await;
    }

    #[tokio::test]
    async fn entries_are_found_by_what_is_known_of_them(place: Place) {
        let store = place.open_audited().await;
        let (scope, user) = (new_scope(), UserId::generate());
        changes(&store, scope, 0..3).await;
        let origin = Origin::new(Some(IpAddr::from([192, 0, 2, 7])), None);
        change(&store, scope, Cause { origin, ..Cause::of(Actor::User { id: user }, None) }, 50).await.expect("told of");
        let written = store.write(scope, Cause::SYSTEM, |tx| Box::pin(async move {
            tx.audit(Change::new("role.changed", "role", "night_shift").called("Night 100% Shift")).await
        }));
        written.await.expect("told of");
        let found = async |filter: Filter, before: Option<i64>| {
            let mut conn = store.scoped(scope).await.expect("a connection");
            let rows = audit::entries(&mut conn, scope, &filter, before, 10).await.expect("read");
            rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        let text = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
        let what = |what: &str| Filter { what: Some(what.into()), ..Filter::default() };
        assert_eq!(found(Filter::default(), None).await, [5, 4, 3, 2, 1]);
        assert_eq!(found(Filter::default(), Some(3)).await, [2, 1]);
        assert_eq!(found(Filter { actor: Some(format!("user:{user}")), ..Filter::default() }, None).await, [4]);
        assert_eq!(found(what("role."), None).await, [5]);
        assert_eq!(found(what("note.changed"), Some(4)).await, [3, 2, 1]);
        assert!(found(what("role_"), None).await.is_empty(), "no pattern of the caller's");
        let subject = Filter { subject_kind: Some("note".into()), subject: Some("1".into()), ..Filter::default() };
        assert_eq!(found(subject, None).await, [2]);
        for (words, seqs) in [("NIGHT 100%", vec![5]), ("100_ shift", vec![]), ("192.0.2", vec![4]), ("\"text\":51", vec![4]), ("night_", vec![5])] {
            assert_eq!(found(text(words), None).await, seqs, "{words}");
        }
        let mut conn = store.scoped(scope).await.expect("a connection");
        let third = audit::entry(&mut conn, scope, 3).await.expect("read").expect("an entry").at;
        drop(conn);
        let at = tandem_proto::Timestamp::from_micros(third);
        assert!(found(Filter { from: Some(at), ..Filter::default() }, None).await.ends_with(&[3]));
        assert_eq!(found(Filter { until: Some(at), ..Filter::default() }, None).await, [2, 1]);
        store.close().await;
    }
}

#[tokio::test]
async fn nodes_that_write_at_once_make_one_chain() {
    let place = Place::postgres();
    let nodes = [place.open_audited().await, place.open_audited().await, place.open_audited().await];
    let scopes = [new_scope(), new_scope()];
    let writers = nodes.iter().flat_map(|node| {
        scopes.iter().flat_map(move |scope| {
            (0..4)
                .map(move |writer| async move { changes(node, *scope, writer * 10..writer * 10 + 10).await })
        })
    });
    join_all(writers).await;
    let outcomes = verified(&place, &Kept::new()).await;
    for scope in scopes {
        let outcome = &outcomes[&scope.org().to_string()];
        assert_eq!((outcome.entries, outcome.last.seq, faults(outcome)), (120, 120, vec![]));
    }
    for node in nodes {
        node.close().await;
    }
}
