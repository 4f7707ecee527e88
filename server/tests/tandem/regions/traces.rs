//! Everything a region keeps, to be looked through.

use redis::AsyncCommands as _;
use tandem_test_support::{Postgres, Redis};

use super::region::{Region, Stores};

/// What is kept, by where it is.
pub(crate) struct Kept(Vec<(String, Vec<u8>)>);

impl Kept {
    /// Where something occurs, as text, or as the hexadecimal digits PostgreSQL shows bytes in.
    pub(crate) fn with(&self, trace: &str) -> Vec<String> {
        let trace = trace.to_lowercase().into_bytes();
        let coded = hex::encode(&trace).into_bytes();
        let holds = |bytes: &[u8], trace: &[u8]| bytes.windows(trace.len()).any(|part| part == trace);
        let places = self.0.iter().filter(|(_, bytes)| holds(bytes, &trace) || holds(bytes, &coded));
        places.map(|(place, _)| place.clone()).collect()
    }

    fn add(&mut self, place: String, bytes: Vec<u8>) {
        self.0.push((place, bytes.to_ascii_lowercase()));
    }
}

/// Every table, key and file of a region whose server has stopped, and what it logged.
pub(crate) async fn of(region: &Region<'_>) -> Kept {
    let mut kept = Kept(Vec::new());
    for (place, bytes) in region.files() {
        kept.add(place, bytes);
    }
    kept.add("the log".to_owned(), region.log.all().into_bytes());
    if let Stores::Servers { database, postgres, redis } = &region.stores {
        tables(&mut kept, postgres, database.rsplit('/').next().expect("a name"));
        keys(&mut kept, redis).await;
    }
    kept
}

fn tables(kept: &mut Kept, postgres: &Postgres, database: &str) {
    let names = postgres.admin(
        database,
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    assert!(names.lines().count() > 30, "{names}");
    for table in names.lines() {
        // With the column names: they are part of what is there.
        let rows = postgres.admin(database, &format!("SELECT row_to_json(t) FROM {table} t"));
        kept.add(table.to_owned(), rows.into_bytes());
    }
}

async fn keys(kept: &mut Kept, redis: &Redis) {
    let client = redis::Client::open(redis.url()).expect("a URL");
    let mut conn = client.get_multiplexed_async_connection().await.expect("connects");
    // Compressed, a text could not be found.
    let plain: redis::RedisResult<()> =
        redis::cmd("CONFIG").arg("SET").arg("rdbcompression").arg("no").query_async(&mut conn).await;
    plain.expect("set");
    let keys: Vec<Vec<u8>> = conn.keys("*").await.expect("keys");
    for key in keys {
        let dumped: Vec<u8> = redis::cmd("DUMP").arg(&key).query_async(&mut conn).await.unwrap_or_default();
        kept.add(format!("Redis: {}", String::from_utf8_lossy(&key)), [key, dumped].concat());
    }
}
