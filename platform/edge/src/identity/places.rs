//! Which orgs live in other regions, so that whoever comes here by mistake is told where to go.
//!
//! What crosses regions of an org is one line: its name under a key that the regions share, by which a name somebody types is recognised
//! and none can be read. Each region tells its own (`/.well-known/tandem-places`), and takes the other ones' from there.

use std::collections::BTreeSet;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use axum::{Router, extract::State, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use tandem_core::{Elsewhere, Region, Regions, Secret};
use tandem_store::{Cause, StoreError, Tx};

use super::{Identity, IdentityError, text};
use crate::{ApiProblem, Edge, Json};

/// Where a region tells which orgs are its own.
pub const PATH: &str = "/.well-known/tandem-places";
/// Rows written in one transaction.
const AT_ONCE: usize = 500;
/// What the key makes of this lets a region ask another.
const ASKING: &[u8] = b"tandem regions: which orgs are yours?";
/// What the token of a region that asks begins with.
const ASKER: &str = "tdx_";

/// What a server knows of regions.
#[derive(Default)]
pub struct Homes {
    regions: Regions,
    key: Option<Key>,
}

impl Homes {
    /// `key`: what all regions have, if there are several.
    pub fn new(regions: Regions, key: Option<&Secret>) -> Self {
        let key = key.map(|key| Key::new(HMAC_SHA256, key.expose().as_bytes()));
        Self { regions, key }
    }

    /// What an org is known by in other regions. Names are told apart as SIP domains are: by their letters, however they are written.
    fn place(&self, name: &str) -> Option<String> {
        let named = [b"org\0", name.trim().to_lowercase().as_bytes()].concat();
        Some(URL_SAFE_NO_PAD.encode(sign(self.key.as_ref()?, &named)))
    }

    /// The token by which this region asks another, if it has the key.
    pub fn asks(&self) -> Option<String> {
        Some(format!("{ASKER}{}", URL_SAFE_NO_PAD.encode(sign(self.key.as_ref()?, ASKING))))
    }

    /// Whether a request comes from another region.
    fn is_asked(&self, headers: &HeaderMap) -> bool {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let tag = token.and_then(|token| token.strip_prefix("Bearer ")?.strip_prefix(ASKER));
        let tag = tag.and_then(|tag| URL_SAFE_NO_PAD.decode(tag).ok());
        matches!((&self.key, tag), (Some(key), Some(tag)) if verify(key, ASKING, &tag).is_ok())
    }
}

impl std::fmt::Debug for Homes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Homes").field("regions", &self.regions).finish_non_exhaustive()
    }
}

/// What a region tells the other ones of its orgs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Places {
    /// Whose they are.
    pub region: String,
    /// The orgs' names under the regions' key.
    pub orgs: BTreeSet<String>,
}

impl Identity {
    /// The regions there are.
    pub fn regions(&self) -> &Regions {
        &self.0.homes.regions
    }

    /// The token by which this region asks another which orgs are its own.
    pub fn asks_regions(&self) -> Option<String> {
        self.0.homes.asks()
    }

    /// Makes this store this region's, if it was no region's yet.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] when it is another region's: its orgs would be told to be where they are not.
    pub async fn settle(&self) -> Result<(), IdentityError> {
        let here = self.regions().here().map(ToString::to_string);
        // All orgs: whether any is of another region is the question.
        let rows =
            sqlx::query("SELECT DISTINCT region FROM orgs").fetch_all(self.0.store.across_orgs()).await?;
        let found: Vec<Option<String>> =
            rows.iter().map(|row| row.try_get("region")).collect::<Result<_, _>>()?;
        if let Some(other) = found.iter().flatten().find(|region| here.as_ref() != Some(region)) {
            return Err(IdentityError::Conflict {
                slug: "other-region",
                detail: match here {
                    Some(here) => format!("region: the database is of the region {other}, not of {here}"),
                    None => format!("region: the database is of the region {other}; set it"),
                },
            });
        }
        if let Some(here) = here.filter(|_| found.contains(&None)) {
            let scope = self.0.mint.system();
            let settled = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    sqlx::query("UPDATE orgs SET region = $1 WHERE region IS NULL")
                        .bind(here)
                        .execute(tx.conn())
                        .await?;
                    Ok::<_, IdentityError>(())
                })
            });
            settled.await?;
        }
        Ok(())
    }

    /// Refuses a secret that says it is another region's.
    pub(super) fn refuse_elsewhere(&self, secret: &str) -> Result<(), IdentityError> {
        self.regions().of_secret(secret).map_or(Ok(()), |elsewhere| Err(elsewhere.into()))
    }

    /// The other region where the org of that name lives.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn org_elsewhere(&self, name: &str) -> Result<Option<Elsewhere>, IdentityError> {
        let Some(place) = self.0.homes.place(name).filter(|_| self.regions().are_several()) else {
            return Ok(None);
        };
        // All orgs: it is none of this region's.
        let rows = sqlx::query("SELECT region FROM org_places WHERE place = $1 ORDER BY region")
            .bind(place)
            .fetch_all(self.0.store.across_orgs())
            .await?;
        for row in rows {
            if let Some(elsewhere) = self.regions().elsewhere(&text(&row, "region")?) {
                return Ok(Some(elsewhere));
            }
        }
        Ok(None)
    }

    /// What the other regions are told of this one's orgs.
    async fn places(&self) -> Result<Option<Places>, IdentityError> {
        let (homes, orgs) = (&self.0.homes, self.orgs().await?);
        let places: Option<BTreeSet<String>> = orgs.iter().map(|(_, name)| homes.place(name)).collect();
        let here = self.regions().here();
        Ok(here.zip(places).map(|(here, orgs)| Places { region: here.to_string(), orgs }))
    }

    /// Keeps what another region told of its orgs, in place of what it told before. Answers how many lines that changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_places(&self, region: &Region, told: BTreeSet<String>) -> Result<usize, IdentityError> {
        // All orgs: they are none of this region's.
        let rows = sqlx::query("SELECT place FROM org_places WHERE region = $1")
            .bind(region.to_string())
            .fetch_all(self.0.store.across_orgs())
            .await?;
        let known: BTreeSet<String> = rows.iter().map(|row| text(row, "place")).collect::<Result<_, _>>()?;
        let gone: Vec<_> = known.difference(&told).cloned().map(Line::Gone).collect();
        let new: Vec<_> = told.difference(&known).cloned().map(Line::New).collect();
        let changed = [gone, new].concat();
        for lines in changed.chunks(AT_ONCE) {
            let (lines, region, scope) = (lines.to_vec(), region.to_string(), self.0.mint.system());
            let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    for line in lines {
                        line.write(tx, &region).await?;
                    }
                    Ok::<_, IdentityError>(())
                })
            });
            write.await?;
        }
        Ok(changed.len())
    }
}

/// A line of the directory that changed.
#[derive(Clone)]
enum Line {
    New(String),
    Gone(String),
}

impl Line {
    async fn write(self, tx: &mut Tx, region: &str) -> Result<(), StoreError> {
        let (sql, place) = match self {
            Self::New(place) => {
                ("INSERT INTO org_places (region, place) VALUES ($1, $2) ON CONFLICT DO NOTHING", place)
            }
            Self::Gone(place) => ("DELETE FROM org_places WHERE region = $1 AND place = $2", place),
        };
        sqlx::query(sql).bind(region.to_owned()).bind(place).execute(tx.conn()).await?;
        Ok(())
    }
}

/// What regions ask of each other.
pub(crate) fn routes(edge: Edge) -> Router {
    Router::new().route(PATH, get(places)).with_state(edge)
}

/// `GET /.well-known/tandem-places`. To whoever has not the regions' key there is nothing here.
async fn places(State(edge): State<Edge>, headers: HeaderMap) -> Result<Json<Places>, ApiProblem> {
    if !edge.identity.0.homes.is_asked(&headers) {
        return Err(ApiProblem::not_found("page"));
    }
    edge.identity.places().await?.map(Json).ok_or_else(|| ApiProblem::not_found("page"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(key: &str) -> Homes {
        Homes::new(Regions::default(), Some(&Secret::new(key)))
    }

    #[test]
    fn a_name_is_known_however_it_is_written_by_who_has_the_key() {
        let (ours, other) = (homes("a key of all regions"), homes("another"));
        let place = ours.place("Acme Ltd").expect("a place");
        assert_eq!(ours.place(" acme LTD ").as_ref(), Some(&place));
        assert_ne!(ours.place("acme"), Some(place.clone()));
        assert_ne!(other.place("Acme Ltd"), Some(place.clone()));
        assert!(!place.to_lowercase().contains("acme"));
        assert_eq!(Homes::default().place("Acme Ltd"), None);
    }

    #[test]
    fn only_a_region_is_told() {
        let ours = homes("a key of all regions");
        let asked_with =
            |token: String| HeaderMap::from_iter([(header::AUTHORIZATION, token.parse().expect("a value"))]);
        let right = ours.asks().expect("a token");
        assert!(ours.is_asked(&asked_with(format!("Bearer {right}"))));
        let other = homes("another").asks().expect("a token");
        for wrong in [other, format!("{right}A"), "tdx_".to_owned(), ours.place("x").expect("a place")] {
            assert!(!ours.is_asked(&asked_with(format!("Bearer {wrong}"))), "{wrong}");
        }
        assert!(!ours.is_asked(&HeaderMap::new()));
        assert!(!Homes::default().is_asked(&asked_with(format!("Bearer {right}"))));
    }
}
