//! Real servers for tests, each private to whoever started it: a folder of its own, a free port of 127.0.0.1, gone with the handle (and
//! with the process, however it ends).
//!
//! Everything here blocks for moments and panics when it fails: it serves tests, which should then fail.

mod postgres;
mod process;
mod redis;

pub use postgres::{Pair, Postgres};
pub use redis::Redis;

/// A master key that is the same for every process of a test.
pub fn master_key() -> tandem_vault::LocalKeys {
    let line = format!("tests {}=", "A".repeat(43));
    tandem_vault::LocalKeys::parse(&line).expect("a key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_forgets_and_returns() {
        let mut redis = Redis::start();
        redis.flush();
        redis.kill();
        redis.restart();
        redis.flush();
    }

    #[test]
    fn a_standby_takes_over() {
        let mut pair = Postgres::start_pair();
        pair.primary().admin("tandem", "CREATE TABLE kept (id bigint); INSERT INTO kept VALUES (7)");
        pair.kill_primary();
        pair.promote();
        assert_eq!(pair.standby().admin("tandem", "SELECT id FROM kept").trim(), "7");
    }
}
