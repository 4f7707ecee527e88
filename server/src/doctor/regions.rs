//! The other regions: whether they answer, and have the same key.

use tandem_setup::{Config, StartError};

use super::{Finding, Found};
use crate::regions::{Asking, homes};

/// Asks each other region what this one would ask it.
pub(super) async fn others(config: &Config) -> Vec<Finding> {
    let homes = match homes(config) {
        Ok(homes) => homes,
        Err(error) => return vec![Finding::new("the regions' key", Found::Fail(error.to_string()))],
    };
    let Some(token) = homes.asks() else { return Vec::new() };
    let mut findings = Vec::new();
    for (region, address) in config.regions.others() {
        let asked = match Asking::new(address, &token) {
            Ok(mut asking) => asking.ask(region).await,
            Err(StartError::Failed(error)) => Err(error),
            Err(error) => Err(error.to_string()),
        };
        let found = match asked {
            Ok(told) => Found::Fine(format!("{} organisations", told.map_or(0, |orgs| orgs.len()))),
            Err(error) => {
                Found::Warn(format!("{error}; until it answers, its organisations are unknown here"))
            }
        };
        findings.push(Finding::new(format!("region {region} at {}", address.url), found));
    }
    findings
}
