//! Restoring: what the store still has and what was written down become one, while nobody else uses it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use redis::AsyncCommands;
use tandem_core::OrgScope;
use tandem_presence::{PresenceError, Record, Remembered};
use tandem_proto::{Timestamp, UserId};

use crate::{
    BATCH, RedisStore, UNSEEN, deadline,
    keys::{Keys, member},
    link::Asks,
    micros, records, text,
};

/// How long a node that restores may be silent before another one does.
const RESTORING: Duration = Duration::from_secs(3);

impl RedisStore {
    /// Restores the store unless it is in use; false while another node does, or when Redis was emptied meanwhile.
    pub(crate) async fn restore_all(
        &self,
        now: Timestamp,
        grace: Duration,
        scopes: &[OrgScope],
        remembered: Vec<Remembered>,
    ) -> Result<bool, PresenceError> {
        let token = uuid::Uuid::new_v4().to_string();
        let Keys { state, restoring, .. } = &self.keys;
        let begun: String = self
            .link
            .ask(Asks::Restore, async |mut redis| {
                let mut script = self.scripts.restore_begin.prepare_invoke();
                script.key(state).key(restoring).arg(micros(UNSEEN)).arg(&token).arg(millis(RESTORING));
                script.invoke_async(&mut redis).await
            })
            .await?;
        match begun.as_str() {
            "begun" => {}
            other => return Ok(other == "in use"),
        }
        let mut known: BTreeMap<_, BTreeMap<UserId, Remembered>> = BTreeMap::new();
        for one in remembered {
            known.entry(one.scope.org()).or_default().insert(one.user, one);
        }
        for scope in scopes {
            let known = known.remove(&scope.org()).unwrap_or_default();
            if !self.restore_org(now, grace, *scope, known, &token).await? {
                return Ok(false);
            }
        }
        self.link
            .ask(Asks::Restore, async |mut redis| {
                let mut script = self.scripts.restore_end.prepare_invoke();
                script.key(state).key(restoring).arg(&token).invoke_async(&mut redis).await
            })
            .await
    }

    /// Merges what there is of one org.
    async fn restore_org(
        &self,
        now: Timestamp,
        grace: Duration,
        scope: OrgScope,
        known: BTreeMap<UserId, Remembered>,
        token: &str,
    ) -> Result<bool, PresenceError> {
        let found: Vec<(String, String)> = self
            .link
            .ask(Asks::Restore, async |mut redis| redis.hgetall(self.keys.people(scope)).await)
            .await?;
        let mut had = records(found)?;
        let users: BTreeSet<UserId> = had.keys().chain(known.keys()).copied().collect();
        let users: Vec<UserId> = users.into_iter().collect();
        for users in users.chunks(BATCH) {
            let Keys { restoring, deadlines, unlogged, .. } = &self.keys;
            let mut script = self.scripts.restore.prepare_invoke();
            script.key(restoring).key(self.keys.people(scope)).key(deadlines).key(unlogged);
            script.arg(token).arg(millis(RESTORING)).arg(now.micros());
            for user in users {
                let (record, noted) = Record::restored(had.remove(user), now, grace, known.get(user));
                script.arg(user.to_string()).arg(member(scope, *user)).arg(text(&record));
                script.arg(deadline(&record)).arg(if noted { "1" } else { "" });
            }
            let put: bool =
                self.link.ask(Asks::Restore, async |mut redis| script.invoke_async(&mut redis).await).await?;
            if !put {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
