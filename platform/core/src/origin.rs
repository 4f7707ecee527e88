//! Where a request came from, as far as it can be told.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Of what a browser or program calls itself, as much is kept.
const USER_AGENT_CHARS: usize = 256;

/// Where a request came from. What a program calls itself is for people to recognise it by; nothing is decided by it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The address of whoever connected.
    pub address: Option<IpAddr>,
    /// The browser's or program's name for itself.
    pub user_agent: Option<String>,
}

impl Origin {
    /// Nobody connected: the server's own work.
    pub const NONE: Self = Self { address: None, user_agent: None };

    /// What connected from `address` and calls itself `name`, of which the beginning is kept.
    pub fn new(address: Option<IpAddr>, name: Option<&str>) -> Self {
        let name = name.filter(|name| !name.is_empty());
        let kept = |name: &str| match name.char_indices().nth(USER_AGENT_CHARS) {
            Some((end, _)) => name[..end].to_owned(),
            None => name.to_owned(),
        };
        Self { address, user_agent: name.map(kept) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_an_empty_one_is_none() {
        let named = |name: &str| Origin::new(None, Some(name)).user_agent;
        assert_eq!(named("").as_deref(), None);
        assert_eq!(named("curl/8").as_deref(), Some("curl/8"));
        assert_eq!(named(&"ü".repeat(300)).as_deref(), Some("ü".repeat(USER_AGENT_CHARS).as_str()));
    }
}
