//! Presence in Redis, shared by every node that names it.
//!
//! What a person's parts merge into is decided by `tandem-presence` alone: a change reads a [`Record`], changes it here, and puts it back
//! only if nobody was faster; what Redis adds is an index of deadlines and one of notes to be written down, kept in the same step. It never
//! writes the log. The contract is the trait's; beyond it, somebody on each node calls [`PresenceStore::expire`] at least every second:
//! a store nobody looked at for [`UNSEEN`], or that came back empty, answers [`PresenceError::Unrestored`] until it was restored.

mod keys;
mod link;
mod restore;
mod scripts;
mod time;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use redis::AsyncCommands;
use tandem_core::{Mint, OrgScope};
use tandem_presence::{Note, Person, PresenceError, PresenceStore, Record, Remembered, Update};
use tandem_proto::{
    DeviceId, Timestamp, UserId,
    api::{Activity, Presence, PresenceView},
};

use keys::{Keys, member, whose};
use link::{Asks, Link};
use scripts::Scripts;
use time::SharedTime;
pub use time::TimeOf;

/// How long nobody may look at the store before it has to be restored: shorter than what a lease outlives its heartbeat by.
pub const UNSEEN: Duration = Duration::from_secs(3);

/// How often a change is tried while others change the same person.
const TRIES: u32 = 32;
/// People taken at once from an index, or put at once.
const BATCH: usize = 256;
/// Changes under way at the same time when many leases end.
const AT_ONCE: usize = 32;

/// Where and how.
#[derive(Clone)]
pub struct Config {
    /// `redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]`.
    pub url: String,
    /// What the keys begin with.
    pub prefix: String,
    /// Whose time counts.
    pub time: TimeOf,
}

impl Config {
    /// The usual keys, on Redis' time.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), prefix: "tandem-presence".to_owned(), time: TimeOf::Redis }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("Config")
            .field("prefix", &self.prefix)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// Presence in Redis.
pub struct RedisStore {
    link: Link,
    keys: Keys,
    scripts: Scripts,
    mint: Arc<Mint>,
    time: SharedTime,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

impl RedisStore {
    /// A store in the Redis that `config` names, which may be away: it is connected to when it is first asked.
    ///
    /// # Errors
    /// When the URL does not read.
    pub fn open(config: Config, mint: Arc<Mint>) -> Result<Self, PresenceError> {
        let Config { url, prefix, time } = config;
        Ok(Self {
            link: Link::open(&url)?,
            keys: Keys::new(&prefix),
            scripts: Scripts::new(),
            mint,
            time: SharedTime::new(time),
        })
    }

    /// The record as it reads in Redis.
    async fn read(&self, scope: OrgScope, user: UserId) -> Result<Option<String>, PresenceError> {
        let found: Option<Vec<Option<String>>> = self
            .link
            .ask(Asks::Somebody, async |mut redis| {
                let mut script = self.scripts.read.prepare_invoke();
                script.key(&self.keys.state).key(self.keys.people(scope));
                script.arg(micros(UNSEEN)).arg(user.to_string()).invoke_async(&mut redis).await
            })
            .await?;
        Ok(found.ok_or(PresenceError::Unrestored)?.into_iter().next().flatten())
    }

    async fn record(&self, scope: OrgScope, user: UserId) -> Result<Record, PresenceError> {
        self.read(scope, user).await?.map_or_else(|| Ok(Record::default()), |text| parsed(&text))
    }

    /// Does something to a person's record until nobody else was faster.
    async fn change<T>(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        operation: impl Fn(&mut Record) -> (bool, T),
    ) -> Result<T, PresenceError> {
        for _ in 0..TRIES {
            let old = self.read(scope, user).await?;
            let mut record = old.as_deref().map_or_else(|| Ok(Record::default()), parsed)?;
            let before = record.clone();
            let (noted, result) = operation(&mut record);
            if record == before || self.put(now, scope, user, old, &record, noted).await? {
                return Ok(result);
            }
        }
        Err(PresenceError::Away(format!("somebody else was faster {TRIES} times")))
    }

    async fn put(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        old: Option<String>,
        record: &Record,
        noted: bool,
    ) -> Result<bool, PresenceError> {
        let done: Option<bool> = self
            .link
            .ask(Asks::Somebody, async |mut redis| {
                let Keys { state, deadlines, unlogged, .. } = &self.keys;
                let mut script = self.scripts.change.prepare_invoke();
                script.key(state).key(self.keys.people(scope)).key(deadlines).key(unlogged);
                script.arg(micros(UNSEEN)).arg(user.to_string()).arg(member(scope, user));
                script.arg(old.unwrap_or_default()).arg(text(record)).arg(deadline(record));
                script.arg(if noted { now.micros().to_string() } else { String::new() });
                script.invoke_async(&mut redis).await
            })
            .await?;
        done.ok_or(PresenceError::Unrestored)
    }

    /// Does something to a person.
    async fn change_person<T>(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        operation: impl Fn(&mut Person) -> T,
    ) -> Result<(Option<Update>, T), PresenceError> {
        let change = |record: &mut Record| {
            let (update, result) = record.change(scope, user, &operation);
            (update.is_some(), (update, result))
        };
        self.change(now, scope, user, change).await
    }

    async fn due(&self, now: Timestamp) -> Result<Vec<String>, PresenceError> {
        let due: Option<Vec<String>> = self
            .link
            .ask(Asks::Pass, async |mut redis| {
                let mut script = self.scripts.due.prepare_invoke();
                script.key(&self.keys.state).key(&self.keys.deadlines);
                script.arg(micros(UNSEEN)).arg(now.micros()).arg(BATCH).invoke_async(&mut redis).await
            })
            .await?;
        due.ok_or(PresenceError::Unrestored)
    }

    async fn people(&self, scope: OrgScope) -> Result<BTreeMap<UserId, Record>, PresenceError> {
        let found: Option<Vec<(String, String)>> = self
            .link
            .ask(Asks::Somebody, async |mut redis| {
                let mut script = self.scripts.people.prepare_invoke();
                script.key(&self.keys.state).key(self.keys.people(scope));
                script.arg(micros(UNSEEN)).invoke_async(&mut redis).await
            })
            .await?;
        records(found.ok_or(PresenceError::Unrestored)?)
    }
}

#[async_trait]
impl PresenceStore for RedisStore {
    fn now(&self, local: Timestamp) -> Timestamp {
        self.time.now(local)
    }

    async fn renew(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        active: bool,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change_person(now, scope, user, |person| person.renew(now, device, active)).await?.0)
    }

    async fn release(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
        grace: Duration,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change_person(now, scope, user, |person| person.release(now, device, grace)).await?.0)
    }

    async fn choose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        primary: Presence,
        message: Option<String>,
    ) -> Result<Option<Update>, PresenceError> {
        let choose = |person: &mut Person| person.choose(now, primary, message.clone());
        let (update, chosen) = self.change_person(now, scope, user, choose).await?;
        chosen?;
        Ok(update)
    }

    async fn set_activity(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        activity: Option<Activity>,
    ) -> Result<Option<Update>, PresenceError> {
        Ok(self.change_person(now, scope, user, |person| person.set_activity(now, activity)).await?.0)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Update>, PresenceError> {
        self.time.measure(&self.link).await?;
        // The caller may not have known the time that counts.
        let now = self.time.now(now);
        let mut updates = Vec::new();
        loop {
            let due = self.due(now).await?;
            let more = due.len() >= BATCH;
            let ended: Vec<_> = due
                .iter()
                .filter_map(|member| whose(member, &self.mint))
                .map(|(scope, user)| self.change_person(now, scope, user, |person| person.expire(now)))
                .collect();
            let mut ended = stream::iter(ended).buffer_unordered(AT_ONCE);
            // One that fails is due still, and what was ended before it is unlogged still.
            while let Some((update, ())) = ended.try_next().await? {
                updates.extend(update);
            }
            if !more {
                return Ok(updates);
            }
        }
    }

    async fn next_expiry(&self) -> Result<Option<Timestamp>, PresenceError> {
        let first: Vec<(String, f64)> = self
            .link
            .ask(Asks::Somebody, async |mut redis| redis.zrange_withscores(&self.keys.deadlines, 0, 0).await)
            .await?;
        // Microseconds of this millennium are whole in a double.
        let at = first.first().map(|(_, score)| Timestamp::from_micros(*score as i64));
        Ok(at)
    }

    async fn unlogged(&self, until: Timestamp) -> Result<Vec<Note>, PresenceError> {
        let members: Vec<String> = self
            .link
            .ask(Asks::Somebody, async |mut redis| {
                let batch = isize::try_from(BATCH).unwrap_or(isize::MAX);
                redis.zrangebyscore_limit(&self.keys.unlogged, "-inf", until.micros(), 0, batch).await
            })
            .await?;
        let whose: Vec<_> = members.iter().filter_map(|member| whose(member, &self.mint)).collect();
        if whose.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for (scope, user) in &whose {
            pipe.hget(self.keys.people(*scope), user.to_string());
        }
        let found: Vec<Option<String>> =
            self.link.ask(Asks::Somebody, async |mut redis| pipe.query_async(&mut redis).await).await?;
        let there = whose.into_iter().zip(found).filter_map(|(whose, text)| Some((whose, text?)));
        there.map(|((scope, user), text)| Ok(parsed(&text)?.note(scope, user))).collect()
    }

    async fn logged(&self, scope: OrgScope, user: UserId, version: u64) -> Result<(), PresenceError> {
        self.link
            .ask(Asks::Somebody, async |mut redis| {
                let mut script = self.scripts.logged.prepare_invoke();
                script.key(self.keys.people(scope)).key(&self.keys.unlogged);
                script
                    .arg(user.to_string())
                    .arg(member(scope, user))
                    .arg(version)
                    .invoke_async(&mut redis)
                    .await
            })
            .await
    }

    async fn raise(
        &self,
        now: Timestamp,
        scope: OrgScope,
        user: UserId,
        version: u64,
        newest: u64,
    ) -> Result<(), PresenceError> {
        self.change(now, scope, user, |record| (record.raise(version, newest), ())).await
    }

    async fn restore(
        &self,
        now: Timestamp,
        grace: Duration,
        scopes: &[OrgScope],
        remembered: Vec<Remembered>,
    ) -> Result<bool, PresenceError> {
        self.restore_all(now, grace, scopes, remembered).await
    }

    async fn of(&self, scope: OrgScope, user: UserId) -> Result<PresenceView, PresenceError> {
        Ok(self.record(scope, user).await?.person().view())
    }

    async fn all(&self, scope: OrgScope) -> Result<Vec<(UserId, PresenceView)>, PresenceError> {
        let people = self.people(scope).await?.into_iter();
        let shown = people.filter(|(_, record)| !record.person().is_plainly_offline());
        Ok(shown.map(|(user, record)| (user, record.person().view())).collect())
    }

    async fn device_present(
        &self,
        scope: OrgScope,
        user: UserId,
        device: DeviceId,
    ) -> Result<bool, PresenceError> {
        Ok(self.record(scope, user).await?.person().has(device))
    }
}

fn records(found: Vec<(String, String)>) -> Result<BTreeMap<UserId, Record>, PresenceError> {
    let read = |(user, text): (String, String)| {
        let user = user.parse().map_err(|_| PresenceError::Damaged(format!("the user {user}")))?;
        Ok((user, parsed(&text)?))
    };
    found.into_iter().map(read).collect()
}

fn text(record: &Record) -> String {
    serde_json::to_string(record).expect("a record is plain data")
}

fn parsed(text: &str) -> Result<Record, PresenceError> {
    serde_json::from_str(text).map_err(|error| PresenceError::Damaged(error.to_string()))
}

/// When the person's next lease ends, as an argument of a script.
fn deadline(record: &Record) -> String {
    record.person().deadline().map_or_else(String::new, |at| at.micros().to_string())
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
