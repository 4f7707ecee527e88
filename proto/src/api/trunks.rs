//! Carriers: where calls from outside come from and calls to the outside go; and what the dial plan makes of a number.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::NumberTarget;
use crate::UserId;

/// A carrier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Trunk {
    /// Unique in the org.
    pub name: String,
    /// Where it sends from, CIDR; absent: nothing is taken from it unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// How calls go out by it; absent: none do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<TrunkOut>,
    /// Whether a secret is kept for it. Nobody sees it again.
    pub has_secret: bool,
}

/// `POST /trunks`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrunk {
    /// 1–64 of `A-Z a-z 0-9 . _ -`; unique in the org, and it never changes.
    pub name: String,
    /// As in [`Trunk`].
    pub network: Option<String>,
    /// As in [`Trunk`].
    pub out: Option<TrunkOut>,
    /// What proves that we are `out.username`, 1–128 bytes.
    pub secret: Option<String>,
}

/// `PUT /trunks/{trunk}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrunkSettings {
    /// As in [`Trunk`].
    pub network: Option<String>,
    /// As in [`Trunk`].
    pub out: Option<TrunkOut>,
    /// Another secret for `out.username`, 1–128 bytes; absent: the one there is stays, as long as there is a user name.
    pub secret: Option<String>,
}

/// How calls go out by a carrier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrunkOut {
    /// An IP address, or a name that has one.
    pub host: String,
    /// Its SIP port.
    #[serde(default = "sip_port")]
    #[schema(default = 5060, minimum = 1)]
    pub port: u16,
    /// Over what.
    #[serde(default)]
    pub transport: TrunkTransport,
    /// Who we are to it, where it challenges (RFC 3261 §22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The number that is shown for callers who have none of their own, E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<String>,
    /// How it wants numbers to be written.
    #[serde(default)]
    pub dials: DialFormat,
    /// Whether it is told who calls in P-Asserted-Identity as well (RFC 3325): it must be a carrier that trusts us, and that we trust.
    #[serde(default)]
    pub asserts: bool,
    /// Numbers of emergency services it connects, as they are dialled: at most 16 of 2 to 6 digits. They lead there before anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 16)]
    pub emergency: Vec<String>,
    /// Those with the smallest are tried first.
    #[serde(default)]
    pub priority: u16,
    /// How often it is the first among those of its priority (RFC 2782's sense).
    #[serde(default = "one")]
    #[schema(default = 1)]
    pub weight: u16,
}

const fn sip_port() -> u16 {
    5060
}

const fn one() -> u16 {
    1
}

/// Over what a carrier is reached.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    /// Datagrams.
    #[default]
    Udp,
    /// A stream.
    Tcp,
}

/// How a carrier wants an E.164 number to be written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DialFormat {
    /// `+442079460000`.
    #[default]
    Plus,
    /// `442079460000`.
    Digits,
    /// `00442079460000`.
    DoubleZero,
}

/// The query of `GET /dial-plan`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DialPlanQuery {
    /// What somebody types.
    #[param(required = true)]
    pub dialled: Option<String>,
    /// Who; absent: the caller.
    #[serde(default)]
    pub user: Option<UserId>,
}

/// What the dial plan makes of something dialled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct DialPlanAnswer {
    /// What is left of it to be looked up; absent: it is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where that leads.
    pub leads: DialPlanLead,
}

/// Where something dialled leads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DialPlanLead {
    /// To a person, by extension.
    Person {
        /// Who.
        user: UserId,
    },
    /// To one of the org's own numbers.
    Number {
        /// Where that leads.
        to: NumberTarget,
    },
    /// To the outside.
    Outside {
        /// The trunks that are tried, in the order of their priority.
        trunks: Vec<String>,
        /// The number that is shown to who is called, by the first of them; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shows: Option<String>,
    },
    /// To nobody: the call is refused with 404.
    Nowhere,
}
