//! Finding entries.

use sqlx::{AnyConnection, AssertSqlSafe};
use tandem_core::OrgScope;
use tandem_proto::Timestamp;

use super::{COLUMNS, Row, read_row};
use crate::StoreError;

/// Which entries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// By this actor, as [`super::actor`] writes it.
    pub actor: Option<String>,
    /// What happened begins so.
    pub what: Option<String>,
    /// To things of this kind.
    pub subject_kind: Option<String>,
    /// To the thing of this id.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// With this text anywhere, in small or capital letters.
    pub text: Option<String>,
}

/// Where text is looked for.
const TEXT: &str = "lower(what || ' ' || subject || ' ' || coalesce(subject_name, '') || ' ' || coalesce(before, '') || ' ' \
    || coalesce(after, '') || ' ' || coalesce(address, '') || ' ' || coalesce(user_agent, '') || ' ' || coalesce(request, ''))";

/// A value of a condition.
enum Value {
    Text(String),
    Number(i64),
}

impl Filter {
    fn conditions(&self, before: Option<i64>) -> Vec<(&'static str, Value)> {
        let text = |condition, value: &Option<String>| Some((condition, Value::Text(value.clone()?)));
        let pattern = |around: &str, value: &str| {
            let escaped = value.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            Value::Text(format!("{around}{escaped}%"))
        };
        let number = |condition, value: Option<i64>| Some((condition, Value::Number(value?)));
        [
            number("seq <", before),
            text("actor =", &self.actor),
            text("subject_kind =", &self.subject_kind),
            text("subject =", &self.subject),
            number("at >=", self.from.map(Timestamp::micros)),
            number("at <", self.until.map(Timestamp::micros)),
            self.what.as_ref().map(|what| ("what LIKE", pattern("", what))),
            self.text.as_ref().map(|text| ("TEXT LIKE", pattern("%", &text.to_lowercase()))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// An org's entries before the number `before` that match, the newest first, at most `limit`. They come without what was before and after.
///
/// # Errors
/// When the database fails.
pub async fn entries(
    conn: &mut AnyConnection,
    scope: OrgScope,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Row>, StoreError> {
    let columns = COLUMNS.replace("before, after", "CAST(NULL AS text), CAST(NULL AS text)");
    let mut sql = format!("SELECT {columns} FROM audit WHERE org = $1");
    let conditions = filter.conditions(before);
    for (index, (condition, _)) in conditions.iter().enumerate() {
        let escape = if condition.ends_with("LIKE") { " ESCAPE '\\'" } else { "" };
        sql.push_str(&format!(" AND {} ${}{escape}", condition.replace("TEXT", TEXT), index + 2));
    }
    sql.push_str(&format!(" ORDER BY seq DESC LIMIT {limit}"));
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(scope.org().to_string());
    for (_, value) in conditions {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        };
    }
    let rows = query.fetch_all(conn).await?;
    Ok(rows.iter().map(read_row).collect::<Result<_, _>>()?)
}

/// An org's entry of that number, whole.
///
/// # Errors
/// When the database fails.
pub async fn entry(conn: &mut AnyConnection, scope: OrgScope, seq: i64) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE org = $1 AND seq = $2");
    let row =
        sqlx::query(AssertSqlSafe(sql)).bind(scope.org().to_string()).bind(seq).fetch_optional(conn).await?;
    Ok(row.as_ref().map(read_row).transpose()?)
}
