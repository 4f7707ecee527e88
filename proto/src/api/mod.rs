//! Bodies of the REST API, `/api/v1`. One file per product.

mod account;
mod audit;
mod batch;
mod calls;
mod chat;
mod contact_centre;
mod divisions;
mod groups;
mod identity;
mod jobs;
mod limits;
mod mail;
mod nodes;
mod oauth;
mod passkeys;
mod providers;
mod roles;
mod trunks;
mod webhooks;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use account::*;
pub use audit::*;
pub use batch::*;
pub use calls::*;
pub use chat::*;
pub use contact_centre::*;
pub use divisions::*;
pub use groups::*;
pub use identity::*;
pub use jobs::*;
pub use limits::*;
pub use mail::*;
pub use nodes::*;
pub use oauth::*;
pub use passkeys::*;
pub use providers::*;
pub use roles::*;
pub use trunks::*;
pub use webhooks::*;

/// One page of a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Ask again with `cursor` set to this for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page of what `to` makes of each item.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(to).collect(), next: self.next }
    }
}

/// Which page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Which of a list's things, and which page of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SomeQuery {
    /// Only these: ids separated by commas, at most 200. Of those one may not see, or that nothing has, nothing comes.
    pub ids: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

impl SomeQuery {
    /// The page alone.
    pub fn page(&self) -> PageQuery {
        PageQuery { cursor: self.cursor.clone(), limit: self.limit }
    }
}
