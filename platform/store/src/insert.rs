//! Writing the rows of the log, many to a statement.

use std::sync::{Arc, LazyLock};

use sqlx::{Any, AnyConnection, AssertSqlSafe, any::AnyArguments, query::Query};
use tandem_proto::{Event, Topic};

use crate::session::Appended;

/// Rows to a statement, largest first: few shapes, so that each is prepared once.
const RUNS: [usize; 4] = [64, 16, 4, 1];

static EVENTS: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "events",
        &[
            "position",
            "org",
            "stream",
            "version",
            "kind",
            "schema_version",
            "at",
            "actor",
            "correlation",
            "causation",
            "subject",
            "topics",
            "data",
        ],
    )
});
static TOPICS: LazyLock<Table> =
    LazyLock::new(|| Table::new("event_topics", &["org", "topic", "position", "kind"]));

/// A table's insert statements, one for each of [`RUNS`].
struct Table([Arc<str>; RUNS.len()]);

type Statement = Query<'static, Any, AnyArguments>;

impl Table {
    fn new(name: &str, columns: &[&str]) -> Self {
        Self(RUNS.map(|rows| {
            let row = |row: usize| {
                let first = row * columns.len() + 1;
                let placeholders: Vec<String> =
                    (first..first + columns.len()).map(|n| format!("${n}")).collect();
                format!("({})", placeholders.join(", "))
            };
            let rows: Vec<String> = (0..rows).map(row).collect();
            format!("INSERT INTO {name} ({}) VALUES {}", columns.join(", "), rows.join(", ")).into()
        }))
    }

    async fn insert<T>(
        &self,
        conn: &mut AnyConnection,
        mut rows: &[T],
        bind: impl Fn(Statement, &T) -> Statement,
    ) -> Result<(), sqlx::Error> {
        for (run, sql) in RUNS.into_iter().zip(&self.0) {
            while let Some((now, later)) = rows.split_at_checked(run) {
                let statement = sqlx::query(AssertSqlSafe(Arc::clone(sql)));
                now.iter().fold(statement, &bind).execute(&mut *conn).await?;
                rows = later;
            }
        }
        Ok(())
    }
}

/// Inserts events with their topics.
pub(crate) async fn events(conn: &mut AnyConnection, events: &[Appended]) -> Result<(), sqlx::Error> {
    EVENTS.insert(conn, events, bind_event).await?;
    let topics: Vec<(&Event, &Topic)> =
        events.iter().flat_map(|of| of.event.topics.iter().map(move |topic| (&of.event, topic))).collect();
    TOPICS.insert(conn, &topics, |statement, (event, topic)| bind_topic(statement, event, topic)).await
}

fn bind_event(statement: Statement, Appended { event, sealed }: &Appended) -> Statement {
    statement
        .bind(event.cursor.position.0)
        .bind(event.org.to_string())
        .bind(event.stream.as_str())
        .bind(event.version)
        .bind(event.kind.as_str())
        .bind(i64::from(event.schema_version))
        .bind(event.at.micros())
        .bind(to_json(&event.actor))
        .bind(event.correlation.map(|id| id.to_string()))
        .bind(event.causation.map(|position| position.0))
        .bind(event.subject.map(|user| user.to_string()))
        .bind(to_json(&event.topics))
        .bind(sealed.as_ref().unwrap_or(&event.data).as_str())
}

fn bind_topic(statement: Statement, event: &Event, topic: &Topic) -> Statement {
    statement
        .bind(event.org.to_string())
        .bind(topic.as_str())
        .bind(event.cursor.position.0)
        .bind(event.kind.as_str())
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("an envelope's field has string keys only")
}
