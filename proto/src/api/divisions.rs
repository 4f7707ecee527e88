//! Divisions: the parts of an org.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::PageQuery;
use crate::DivisionId;

/// A part of an org. Things belong to exactly one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Division {
    /// Id.
    pub id: DivisionId,
    /// Name, unique in the org.
    pub name: String,
    /// Whether it is the one every org has: it keeps its name and cannot be removed.
    pub home: bool,
    /// How many things of each kind belong to it; kinds of which there are none are left out.
    pub things: BTreeMap<DividedKind, u32>,
}

/// A kind of thing that belongs to a division.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DividedKind {
    /// Somebody in the directory.
    Person,
    /// A queue, and with it its conversations.
    Queue,
    /// A flow.
    Flow,
    /// A SIP phone's account.
    Phone,
    /// An outside number.
    Number,
}

impl DividedKind {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Queue => "queue",
            Self::Flow => "flow",
            Self::Phone => "phone",
            Self::Number => "number",
        }
    }
}

/// `POST /divisions`, `PATCH /divisions/{division}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DivisionName {
    /// Name, unique in the org.
    pub name: String,
}

/// `DELETE /divisions/{division}`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveDivisionQuery {
    /// The division that takes what belongs to the one removed.
    pub move_to: Option<DivisionId>,
}

/// Which division.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InDivision {
    /// What is made belongs to this division; to Home where none is named. What is listed is of this division.
    pub division: Option<DivisionId>,
}

/// Which page, of which division.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DividedQuery {
    /// Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes.
    pub ids: Option<String>,
    /// Only what belongs to this division.
    pub division: Option<DivisionId>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

impl DividedQuery {
    /// Which page.
    pub fn page(&self) -> PageQuery {
        PageQuery { cursor: self.cursor.clone(), limit: self.limit }
    }

    /// Whether something of `division` is asked for.
    pub fn wants(&self, division: DivisionId) -> bool {
        self.division.is_none_or(|wanted| wanted == division)
    }
}

/// `POST /divisions/{division}/things`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveThings {
    /// Of which kind.
    pub kind: DividedKind,
    /// Their ids, of numbers the numbers: 1 to 100.
    pub things: Vec<String>,
}
