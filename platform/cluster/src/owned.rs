//! Things that live in one place at a time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use tandem_core::OrgScope;
use tandem_proto::{NodeId, NodeRole, OrgId};
use tandem_store::{Cause, StoreError, Tx};

use crate::{Cluster, meters};

/// What kind of thing is owned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A call; its id is the call's.
    Call,
    /// An org's contact centre: its routing domain and conversations; its id is the org's.
    Routing,
    /// A job.
    Job,
    /// A SIP address phones know; its id is the socket address.
    SipAddress,
    /// A system elsewhere that is told of events; its id is the webhook's.
    Webhook,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Call, Self::Routing, Self::Job, Self::SipAddress, Self::Webhook];

    /// As it stands in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Routing => "routing",
            Self::Job => "job",
            Self::SipAddress => "sip_address",
            Self::Webhook => "webhook",
        }
    }

    /// Which nodes can own it.
    pub const fn role(self) -> NodeRole {
        match self {
            Self::Call | Self::SipAddress => NodeRole::Sip,
            Self::Routing => NodeRole::Engine,
            Self::Job | Self::Webhook => NodeRole::Worker,
        }
    }
}

/// Who owns a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Owner {
    /// The node; `None`: it was given up for anybody to take.
    pub node: Option<NodeId>,
    /// How often it changed hands, from 1.
    pub epoch: i64,
}

/// A thing whose owner is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Orphan {
    /// What kind of thing.
    pub kind: Kind,
    /// Which.
    pub id: String,
    /// Whose.
    pub scope: OrgScope,
    /// Who had it.
    pub owner: Owner,
}

/// The proof that this node owns a thing. It may be out of date: [`Claim::hold`] tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    kind: Kind,
    id: String,
    node: NodeId,
    epoch: i64,
}

impl Claim {
    /// How often the thing changed hands, from 1. Raised with every change: what carries an older one is out of date.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Which thing.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Makes sure, until the command's transaction ends, that the thing is still this node's. Call it before anything else in the command.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when somebody took it.
    pub async fn hold(&self, tx: &mut Tx) -> Result<(), StoreError> {
        // An update and not a look: on PostgreSQL it locks the row against a taker until the end of the transaction.
        let held = sqlx::query(
            "UPDATE owned SET node = node WHERE kind = $1 AND id = $2 AND node = $3 AND epoch = $4",
        )
        .bind(self.kind.name())
        .bind(self.id.as_str())
        .bind(self.node.to_string())
        .bind(self.epoch)
        .execute(tx.conn())
        .await?;
        if held.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    /// The thing is over.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when somebody took it.
    pub async fn end(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.hold(tx).await?;
        sqlx::query("DELETE FROM owned WHERE kind = $1 AND id = $2")
            .bind(self.kind.name())
            .bind(self.id.as_str())
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// Gives the thing up for another node to take at once. Write its last state in the same command.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when somebody took it.
    pub async fn give_up(&self, tx: &mut Tx) -> Result<(), StoreError> {
        self.hold(tx).await?;
        sqlx::query("UPDATE owned SET node = '' WHERE kind = $1 AND id = $2")
            .bind(self.kind.name())
            .bind(self.id.as_str())
            .execute(tx.conn())
            .await?;
        Ok(())
    }
}

impl Cluster {
    /// Claims a thing in the command that makes it (or makes it known), with the org of the command.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when it has an owner already.
    pub async fn claim(&self, tx: &mut Tx, kind: Kind, id: &str) -> Result<Claim, StoreError> {
        claim(tx, self.me(), kind, id).await
    }

    /// A claim to use where the cluster itself is not at hand: [`Claiming::claim`] within a command.
    pub fn claiming(&self) -> Claiming {
        Claiming(self.me())
    }

    /// Who owns a thing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn owner(&self, kind: Kind, id: &str) -> Result<Option<Owner>, StoreError> {
        let row = sqlx::query("SELECT node, epoch FROM owned WHERE kind = $1 AND id = $2")
            .bind(kind.name())
            .bind(id)
            .fetch_optional(self.tables())
            .await?;
        row.map(|row| owner(row.try_get(0)?, row.try_get(1)?)).transpose()
    }

    /// Everything of a kind this node owns by the table, for a look after a failure.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mine(&self, kind: Kind) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT id FROM owned WHERE node = $1 AND kind = $2 ORDER BY id")
            .bind(self.me().to_string())
            .bind(kind.name())
            .fetch_all(self.tables())
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Takes what a gone node owned, in a command of its own. `None`: somebody else was faster.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn take(&self, orphan: &Orphan) -> Result<Option<Claim>, StoreError> {
        let (me, Orphan { kind, id, scope, owner }) = (self.me(), orphan.clone());
        let claim = self
            .store()
            .write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    let was = owner.node.map(|node| node.to_string()).unwrap_or_default();
                    let taken = sqlx::query(
                        "UPDATE owned SET node = $1, epoch = epoch + 1 WHERE kind = $2 AND id = $3 AND node = $4 AND epoch = $5",
                    )
                    .bind(me.to_string())
                    .bind(kind.name())
                    .bind(id.as_str())
                    .bind(was)
                    .bind(owner.epoch)
                    .execute(tx.conn())
                    .await?;
                    let epoch = owner.epoch + 1;
                    Ok::<_, StoreError>(
                        (taken.rows_affected() == 1).then_some(Claim { kind, id, node: me, epoch }),
                    )
                })
            })
            .await?;
        if let Some(claim) = &claim {
            self.forget_owner(kind, claim.id());
            meters::taken(kind);
        }
        Ok(claim)
    }

    /// Owns a thing that lives on, whoever had it: makes it if it is new, takes it if its owner is gone, and otherwise answers `None`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn own(&self, scope: OrgScope, kind: Kind, id: &str) -> Result<Option<Claim>, StoreError> {
        let (me, thing) = (self.me(), id.to_owned());
        let made = self
            .store()
            .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { claim(tx, me, kind, &thing).await }))
            .await;
        match made {
            Err(StoreError::Fenced) => {}
            made => return made.map(Some),
        }
        let Some(owner) = self.owner(kind, id).await? else { return Ok(None) };
        // A node that is not known (yet) is not taken for gone.
        if owner.node.is_some_and(|node| !self.is_gone(node)) {
            return Ok(None);
        }
        self.take(&Orphan { kind, id: id.to_owned(), scope, owner }).await
    }
}

/// Claims in commands of those who do not hold the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Claiming(NodeId);

impl Claiming {
    /// As [`Cluster::claim`].
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when it has an owner already.
    pub async fn claim(self, tx: &mut Tx, kind: Kind, id: &str) -> Result<Claim, StoreError> {
        claim(tx, self.0, kind, id).await
    }

    /// Makes a thing known that nobody owns yet, in the command that makes it. A node that can takes it like what was given up;
    /// [`Cluster::announce_orphans`], called after the command, has them look at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn offer(self, tx: &mut Tx, kind: Kind, id: &str) -> Result<(), StoreError> {
        let org = tx.scope().org().to_string();
        sqlx::query("INSERT INTO owned (kind, id, org, node, epoch) VALUES ($1, $2, $3, '', 1)")
            .bind(kind.name())
            .bind(id)
            .bind(org)
            .execute(tx.conn())
            .await?;
        Ok(())
    }
}

async fn claim(tx: &mut Tx, me: NodeId, kind: Kind, id: &str) -> Result<Claim, StoreError> {
    let made = sqlx::query(
        "INSERT INTO owned (kind, id, org, node, epoch) VALUES ($1, $2, $3, $4, 1) ON CONFLICT (kind, id) DO NOTHING",
    )
    .bind(kind.name())
    .bind(id)
    .bind(tx.scope().org().to_string())
    .bind(me.to_string())
    .execute(tx.conn())
    .await?;
    if made.rows_affected() == 1 {
        Ok(Claim { kind, id: id.to_owned(), node: me, epoch: 1 })
    } else {
        Err(StoreError::Fenced)
    }
}

fn owner(node: String, epoch: i64) -> Result<Owner, StoreError> {
    let damaged =
        |error: &dyn std::fmt::Display| StoreError::Damaged { table: "owned", reason: error.to_string() };
    let node = if node.is_empty() { None } else { Some(node.parse().map_err(|e: uuid::Error| damaged(&e))?) };
    Ok(Owner { node, epoch })
}

/// What the nodes in `gone` own of the kinds this node can take, and what was given up.
pub(crate) async fn left_behind(
    cluster: &Cluster,
    gone: &BTreeSet<NodeId>,
) -> Result<Vec<Orphan>, StoreError> {
    let roles = cluster.roles();
    let mut orphans = Vec::new();
    for node in gone.iter().map(ToString::to_string).chain([String::new()]) {
        for kind in Kind::ALL.into_iter().filter(|kind| roles.contains(&kind.role())) {
            let rows = sqlx::query(
                "SELECT id, org, node, epoch FROM owned WHERE node = $1 AND kind = $2 ORDER BY id LIMIT 1000",
            )
            .bind(node.as_str())
            .bind(kind.name())
            .fetch_all(cluster.tables())
            .await?;
            for row in rows {
                orphans.push(Orphan {
                    kind,
                    id: row.try_get(0)?,
                    scope: cluster.scope_of(org(row.try_get(1)?)?),
                    owner: owner(row.try_get(2)?, row.try_get(3)?)?,
                });
            }
        }
    }
    Ok(orphans)
}

/// Whether a node owns anything, of any kind and org.
pub(crate) async fn owns_anything(cluster: &Cluster, node: NodeId) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM owned WHERE node = $1 LIMIT 1")
        .bind(node.to_string())
        .fetch_optional(cluster.tables())
        .await?;
    Ok(row.is_some())
}

/// Owners that have no row: they were forgotten, came back to own something, and died before they beat.
pub(crate) async fn owners_without_row(cluster: &Cluster) -> Result<BTreeSet<NodeId>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT node FROM owned WHERE node <> '' AND node NOT IN (SELECT id FROM nodes)",
    )
    .fetch_all(cluster.tables())
    .await?;
    rows.iter()
        .map(|row| owner(row.try_get(0)?, 0).map(|owner| owner.node))
        .filter_map(Result::transpose)
        .collect()
}

/// The orgs this node owns things of.
pub(crate) async fn orgs_of(cluster: &Cluster) -> Result<Vec<OrgId>, StoreError> {
    let rows = sqlx::query("SELECT DISTINCT org FROM owned WHERE node = $1")
        .bind(cluster.me().to_string())
        .fetch_all(cluster.tables())
        .await?;
    rows.iter().map(|row| org(row.try_get(0)?)).collect()
}

/// How much of each kind this node owns.
pub(crate) async fn counts(cluster: &Cluster) -> Result<Vec<(Kind, i64)>, StoreError> {
    let rows = sqlx::query("SELECT kind, count(*) FROM owned WHERE node = $1 GROUP BY kind")
        .bind(cluster.me().to_string())
        .fetch_all(cluster.tables())
        .await?;
    let mut counts = Vec::new();
    for row in rows {
        let (name, count): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        // A kind of a newer version is none of ours.
        counts.extend(Kind::ALL.into_iter().find(|kind| kind.name() == name).map(|kind| (kind, count)));
    }
    Ok(counts)
}

fn org(text: String) -> Result<OrgId, StoreError> {
    text.parse()
        .map_err(|error: uuid::Error| StoreError::Damaged { table: "owned", reason: error.to_string() })
}
