//! The second wall between orgs: row-level security. The first is `OrgScope`, which every statement's `WHERE org = …` takes its org from.
//!
//! Each transaction says for whom it works in the setting `tandem.org`: an org, or `*` for the store's own work. Unset means nobody, so a
//! connection that forgot sees nothing. Superusers are not held by it: the server connects as an ordinary role.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// Tables with a column `org` that the wall does not stand before yet.
const OPEN: &str = "SELECT c.table_name::text FROM information_schema.columns c \
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
    WHERE c.table_schema = current_schema() AND c.column_name = 'org' AND t.table_type = 'BASE TABLE' \
    AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = c.table_schema AND p.tablename = c.table_name) \
    ORDER BY 1";

/// Whether the role is one that walls do not hold.
const ABOVE: &str = "SELECT CASE WHEN rolsuper OR rolbypassrls THEN 1::bigint ELSE 0::bigint END \
    FROM pg_roles WHERE rolname = current_user";

/// Puts the wall before every table that has a column `org`.
pub(crate) async fn build(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for row in sqlx::query(OPEN).fetch_all(&mut *conn).await? {
        let table: String = row.try_get(0)?;
        // Selected, the setting is looked up once per statement rather than once per row.
        let ours = "(org = (SELECT current_setting('tandem.org', true)) \
            OR (SELECT current_setting('tandem.org', true)) = '*')";
        let sql = format!(
            "BEGIN; ALTER TABLE \"{table}\" ENABLE ROW LEVEL SECURITY; ALTER TABLE \"{table}\" FORCE ROW LEVEL SECURITY; \
             CREATE POLICY tandem_org ON \"{table}\" USING {ours} WITH CHECK {ours}; COMMIT"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await?;
        tracing::debug!(table, "walled by org");
    }
    let above = sqlx::query(ABOVE).fetch_one(conn).await?;
    if above.try_get::<i64, _>(0)? == 1 {
        tracing::warn!("the database role bypasses row-level security: connect as an ordinary role");
    }
    Ok(())
}
