//! The other regions: what they tell of their orgs, asked again and again.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use rand::Rng as _;
use reqwest::{Client, StatusCode, header, redirect::Policy};
use tandem_core::{Elsewhere, Region, RegionAddress, Secret};
use tandem_edge::{
    Identity,
    identity::{Homes, PLACES, Places},
};
use tandem_setup::{Config, StartError};
use tandem_store::make_private;
use tokio_util::sync::CancellationToken;

/// How often a region is asked. For so long an org that was just made is unknown elsewhere.
const EVERY: Duration = Duration::from_secs(10);
/// How long it may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// Longest answer: about 350 000 orgs.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Characters of the key.
const KEY_CHARS: usize = 64;

/// What the operator says of regions.
pub(crate) fn homes(config: &Config) -> Result<Homes, StartError> {
    let key = config.region_key_file.as_deref().map(read_key).transpose()?;
    Ok(Homes::new(config.regions.clone(), key.as_ref()))
}

fn read_key(file: &Path) -> Result<Secret, StartError> {
    let refused = |why: &dyn std::fmt::Display| {
        StartError::Config(format!("region_key_file: {}: {why}", file.display()))
    };
    let text = fs::read_to_string(file).map_err(|error| refused(&error))?;
    let key = text.trim();
    let fits = key.len() == KEY_CHARS && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(Secret::new(key)) } else { Err(refused(&"must hold 64 hexadecimal digits")) }
}

/// Writes a file with a new key for all regions, for this account only.
pub(crate) fn make_key(file: &Path) -> Result<(), StartError> {
    let key = hex::encode(rand::random::<[u8; KEY_CHARS / 2]>());
    make_private(file, &format!("{key}\n"))
        .map_err(|error| StartError::Failed(format!("{}: {error}", file.display())))
}

/// Asks each other region which orgs are its own, until the server drains.
pub(crate) fn follow(identity: &Identity, stopping: &CancellationToken) -> Result<(), StartError> {
    let Some(token) = identity.asks_regions() else { return Ok(()) };
    for (region, address) in identity.regions().others() {
        let other = Elsewhere { region: region.clone(), address: address.clone() };
        let asking = Asking::new(&other.address, &token)?;
        let following = keep_asking(identity.clone(), other.region, asking);
        let stopping = stopping.clone();
        tokio::spawn(async move { stopping.run_until_cancelled(following).await });
    }
    Ok(())
}

async fn keep_asking(identity: Identity, region: Region, mut asking: Asking) {
    let mut answers = true;
    loop {
        let answered = match asking.ask(&region).await {
            Ok(Some(told)) => identity.keep_places(&region, told).await.map_err(|error| error.to_string()),
            Ok(None) => Ok(0),
            Err(error) => Err(error),
        };
        match answered {
            Ok(0) if answers => {}
            Ok(changed) => tracing::info!(%region, changed, "a region told of its organisations"),
            // Said once: until it answers what it told before holds.
            Err(ref error) if answers => {
                tracing::warn!(%region, error, "a region does not tell of its organisations")
            }
            Err(_) => {}
        }
        answers = answered.is_ok();
        if !answers {
            // What was not kept is asked for again.
            asking.etag = None;
        }
        // Not all nodes at the same moment.
        let spread = rand::rng().random_range(0.8..1.2);
        tokio::time::sleep(EVERY.mul_f64(spread)).await;
    }
}

/// How another region is asked.
pub(crate) struct Asking {
    client: Client,
    url: String,
    token: String,
    /// Of its last answer.
    etag: Option<String>,
}

impl Asking {
    pub(crate) fn new(address: &RegionAddress, token: &str) -> Result<Self, StartError> {
        let client = Client::builder().redirect(Policy::none()).timeout(ANSWERS_WITHIN).build();
        let client =
            client.map_err(|error| StartError::Failed(format!("other regions cannot be asked: {error}")))?;
        let url = format!("{}{PLACES}", address.url);
        Ok(Self { client, url, token: token.to_owned(), etag: None })
    }

    /// The orgs the region tells of; `None`: the same as the last time.
    pub(crate) async fn ask(&mut self, region: &Region) -> Result<Option<BTreeSet<String>>, String> {
        let mut request = self.client.get(&self.url).bearer_auth(&self.token);
        if let Some(etag) = &self.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let mut response = request.send().await.map_err(|error| chain(&error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED => return Ok(None),
            StatusCode::NOT_FOUND => {
                return Err("it tells nothing: has it the same region_key_file, and a region?".to_owned());
            }
            status => return Err(format!("it answers {status}")),
        }
        let etag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| chain(&error))? {
            if body.len() + part.len() > ANSWER_BYTES {
                return Err("it tells of more organisations than can be kept".to_owned());
            }
            body.extend_from_slice(&part);
        }
        let places: Places =
            serde_json::from_slice(&body).map_err(|error| format!("its answer does not read: {error}"))?;
        if places.region != region.name() {
            return Err(format!("{} is of the region {}: see `regions`", self.url, places.region));
        }
        self.etag = etag;
        Ok(Some(places.orgs))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
