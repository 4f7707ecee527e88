//! What polling a database costs: a dispatcher as simple systems have it, over SQLite in memory. Each pass is one query for the first waiting
//! item with a free agent who has its skills, and the reservation.

use std::time::{Duration, Instant};

use sqlx::{Connection as _, SqliteConnection};

/// Passes at most, and how long to go on.
const PASSES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(2);

const TABLES: &str = "
    CREATE TABLE agents (id INTEGER, idle_since INTEGER, free INTEGER);
    CREATE TABLE members (queue INTEGER, agent INTEGER);
    CREATE TABLE skills (agent INTEGER, skill INTEGER, level INTEGER);
    CREATE TABLE waiting (id INTEGER, queue INTEGER, item_key INTEGER);
    CREATE TABLE needs (item INTEGER, skill INTEGER, level INTEGER);";
const INDEXES: &str = "
    CREATE INDEX agents_free ON agents (id, free);
    CREATE INDEX members_queue ON members (queue, agent);
    CREATE INDEX skills_agent ON skills (agent, skill, level);
    CREATE INDEX waiting_key ON waiting (item_key);
    CREATE INDEX waiting_id ON waiting (id);
    CREATE INDEX needs_item ON needs (item);
    ANALYZE;";
const PASS: &str = "
    SELECT w.id, a.id FROM waiting w
    JOIN members m ON m.queue = w.queue JOIN agents a ON a.id = m.agent AND a.free = 1
    WHERE NOT EXISTS (SELECT 1 FROM needs n WHERE n.item = w.id AND NOT EXISTS
        (SELECT 1 FROM skills s WHERE s.agent = a.id AND s.skill = n.skill AND s.level >= n.level))
    ORDER BY w.item_key, a.idle_since LIMIT 1";

/// The middle one of a pass's durations: one free agent against `size` items, or one item at a time against `size` free agents.
pub(crate) async fn pass(size: usize, surplus: Surplus, indexed: bool) -> Result<Duration, sqlx::Error> {
    let mut db = SqliteConnection::connect("sqlite::memory:").await?;
    sqlx::raw_sql(TABLES).execute(&mut db).await?;
    fill(&mut db, size, surplus).await?;
    if indexed {
        sqlx::raw_sql(INDEXES).execute(&mut db).await?;
    }
    let mut times = Vec::new();
    let start = Instant::now();
    while times.len() < PASSES && start.elapsed() < PATIENCE {
        let pass = Instant::now();
        let found: Option<(i64, i64)> = sqlx::query_as(PASS).fetch_optional(&mut db).await?;
        let Some((item, agent)) = found else { break };
        sqlx::query("UPDATE agents SET free = 0 WHERE id = ?").bind(agent).execute(&mut db).await?;
        sqlx::query("DELETE FROM waiting WHERE id = ?").bind(item).execute(&mut db).await?;
        times.push(pass.elapsed());
        // The next of the scarce ones.
        match surplus {
            Surplus::Work => {
                sqlx::query("UPDATE agents SET free = 1 WHERE id = ?").bind(agent).execute(&mut db).await?;
            }
            Surplus::Agents => {
                let next = i64::try_from(times.len()).unwrap_or(0);
                sqlx::query("INSERT INTO waiting VALUES (?1, ?1 % ?2, ?1)")
                    .bind(next)
                    .bind(queues(size))
                    .execute(&mut db)
                    .await?;
            }
        }
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// What there is more of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Surplus {
    Work,
    Agents,
}

fn queues(size: usize) -> i64 {
    i64::try_from(size / 20).unwrap_or(1).max(1)
}

/// Agents in five queues each with four skills in a row of 200, items with none or one.
async fn fill(db: &mut SqliteConnection, size: usize, surplus: Surplus) -> Result<(), sqlx::Error> {
    let free = i64::from(surplus == Surplus::Agents);
    let waiting = if surplus == Surplus::Work { size } else { 1 };
    let (agents, waiting) = (i64::try_from(size).unwrap_or(0), i64::try_from(waiting).unwrap_or(0));
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)";
    for insert in [
        "INSERT INTO agents SELECT i, i, ?2 FROM n",
        "INSERT INTO members SELECT DISTINCT (i * 7919 + k.value * 104729) % ?3, i FROM n, json_each('[0,1,2,3,4]') k",
        "INSERT INTO skills SELECT i, (i * 31 + k.value) % 200, k.value + 1 FROM n, json_each('[0,1,2,3]') k",
    ] {
        let (head, tail) = insert.split_at(insert.find(" SELECT").unwrap_or(0));
        let sql = format!("{head} {numbers}{tail}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(agents)
            .bind(free)
            .bind(queues(size))
            .execute(&mut *db)
            .await?;
    }
    for insert in [
        "INSERT INTO waiting SELECT i, (i * 6151) % ?2, i FROM n",
        "INSERT INTO needs SELECT i, (i * 17) % 200, i % 3 FROM n WHERE i % 2 = 1 AND ?2 > 0",
    ] {
        let (head, tail) = insert.split_at(insert.find(" SELECT").unwrap_or(0));
        let sql = format!("{head} {numbers}{tail}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(waiting).bind(queues(size)).execute(&mut *db).await?;
    }
    // One agent is free where work is plenty.
    sqlx::query("UPDATE agents SET free = 1 WHERE id = 0").execute(&mut *db).await?;
    Ok(())
}
