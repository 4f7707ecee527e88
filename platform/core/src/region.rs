//! Regions: places with stores of their own. An org lives in one of them and nowhere else.
//!
//! What people and programs hold says whose region it is of, so that another region knows it without having heard of them: a secret has
//! its region's name behind its prefix (`tdm_eu.…`), the id of a program ends with two bytes that stand for it. What was made before a
//! region had a name says nothing, and is looked for where it is shown.

use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Longest name of a region.
const NAME_CHARS: usize = 16;
/// Length of what secrets begin with: `tdm_`.
const PREFIX: usize = 4;

/// A region's name: 1 to 16 of `a-z 0-9 -`, a letter or digit at both ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

/// Not a region's name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{0:?} is not a region's name: 1 to {NAME_CHARS} of a-z, 0-9 and '-', a letter or digit at both ends"
)]
pub struct BadRegion(String);

impl Region {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The last two bytes of the ids of its programs.
    fn tag(&self) -> [u8; 2] {
        let [first, second, ..] = <[u8; 32]>::from(Sha256::digest(self.0.as_bytes()));
        [first, second]
    }
}

impl FromStr for Region {
    type Err = BadRegion;

    fn from_str(text: &str) -> Result<Self, BadRegion> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=NAME_CHARS).contains(&text.len())
            && text.bytes().all(fits)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits { Ok(Self(text.into())) } else { Err(BadRegion(text.to_owned())) }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a region is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegionAddress {
    /// Of its web client and API: `https://eu.tandem.example`.
    pub url: String,
    /// Of its SIP servers, `HOST` or `HOST:PORT`.
    pub sip: String,
}

/// Another region, to which a request belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elsewhere {
    /// Which.
    pub region: Region,
    /// Where it is reached.
    pub address: RegionAddress,
}

/// The regions there are. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Regions {
    here: Option<Region>,
    all: Arc<BTreeMap<Region, RegionAddress>>,
}

/// Regions that cannot be told apart, or leave out this one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegionsError {
    /// This server's is not among them.
    #[error("{0} is not one of them, and is this server's own")]
    NotAmongThem(Region),
    /// Ids of programs of the one look like those of the other.
    #[error("{0} and {1} cannot be told apart by their programs' ids: call one of them something else")]
    TooMuchAlike(Region, Region),
}

impl Regions {
    /// This server's region, and where each is reached, this one too. None at all is as good as only this one.
    ///
    /// # Errors
    /// [`RegionsError`].
    pub fn new(here: Region, all: BTreeMap<Region, RegionAddress>) -> Result<Self, RegionsError> {
        if !all.is_empty() && !all.contains_key(&here) {
            return Err(RegionsError::NotAmongThem(here));
        }
        let mut tags = BTreeMap::new();
        for region in all.keys() {
            if let Some(other) = tags.insert(region.tag(), region) {
                return Err(RegionsError::TooMuchAlike(other.clone(), region.clone()));
            }
        }
        Ok(Self { here: Some(here), all: Arc::new(all) })
    }

    /// This server's region; `None`: it is the only one and has no name.
    pub const fn here(&self) -> Option<&Region> {
        self.here.as_ref()
    }

    /// All that were said, with this one.
    pub fn all(&self) -> impl Iterator<Item = (&Region, &RegionAddress)> {
        self.all.iter()
    }

    /// The other ones.
    pub fn others(&self) -> impl Iterator<Item = (&Region, &RegionAddress)> {
        self.all.iter().filter(|(region, _)| Some(*region) != self.here())
    }

    /// Whether there are other ones.
    pub fn are_several(&self) -> bool {
        self.others().next().is_some()
    }

    /// The region of that name, if it is another one that is known.
    pub fn elsewhere(&self, name: &str) -> Option<Elsewhere> {
        let (region, address) = self.others().find(|(region, _)| region.name() == name)?;
        Some(Elsewhere { region: region.clone(), address: address.clone() })
    }

    /// The other region a secret says it is of.
    pub fn of_secret(&self, secret: &str) -> Option<Elsewhere> {
        self.elsewhere(split(secret)?.1)
    }

    /// The other region whose program an id looks like. One in 65 536 of another origin does too: ask only about ids that are unknown here.
    pub fn of_program(&self, id: Uuid) -> Option<Elsewhere> {
        let [.., first, second] = *id.as_bytes();
        let (region, address) = self.others().find(|(region, _)| region.tag() == [first, second])?;
        Some(Elsewhere { region: region.clone(), address: address.clone() })
    }

    /// A secret of this region, as whoever gets it sees it.
    pub fn stamped(&self, secret: String) -> String {
        match (&self.here, secret.split_at_checked(PREFIX)) {
            (Some(here), Some((prefix, random))) => format!("{prefix}{here}.{random}"),
            _ => secret,
        }
    }

    /// The id of a program of this region, made of a random one.
    pub fn tagged(&self, id: Uuid) -> Uuid {
        let Some(here) = &self.here else { return id };
        let mut bytes = *id.as_bytes();
        bytes[14..].copy_from_slice(&here.tag());
        Uuid::from_bytes(bytes)
    }
}

/// A secret without the name of its region, if it has one: what is compared and hashed.
pub fn unstamped(secret: &str) -> Cow<'_, str> {
    match split(secret) {
        Some((prefix, _, random)) => Cow::Owned(format!("{prefix}{random}")),
        None => Cow::Borrowed(secret),
    }
}

/// Prefix, region's name and the random rest of a secret that names a region.
fn split(secret: &str) -> Option<(&str, &str, &str)> {
    let (prefix, rest) = secret.split_at_checked(PREFIX)?;
    let (region, random) = rest.split_once('.')?;
    let stamped = prefix.starts_with("td") && prefix.ends_with('_') && region.parse::<Region>().is_ok();
    stamped.then_some((prefix, region, random))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        name.parse().expect("a name")
    }

    fn address(host: &str) -> RegionAddress {
        RegionAddress { url: format!("https://{host}"), sip: host.to_owned() }
    }

    fn seen_from(here: &str) -> Regions {
        let all = [(region("eu"), address("eu.example")), (region("us"), address("us.example"))];
        Regions::new(region(here), all.into()).expect("two regions")
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["e", "eu", "eu-west-1", "0", "abcdefghijklmnop"] {
            assert_eq!(region(name).name(), name);
        }
        for name in ["", "EU", "e_u", "e.u", "-eu", "eu-", "abcdefghijklmnopq", "eü"] {
            assert!(name.parse::<Region>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_secret_names_its_region_to_the_others_alone() {
        let (eu, us) = (seen_from("eu"), seen_from("us"));
        let secret = eu.stamped("tdm_ab-c_d".to_owned());
        assert_eq!(secret, "tdm_eu.ab-c_d");
        assert_eq!(us.of_secret(&secret).map(|found| found.address), Some(address("eu.example")));
        assert_eq!(eu.of_secret(&secret), None);
        assert_eq!(unstamped(&secret), "tdm_ab-c_d");
    }

    #[test]
    fn what_names_no_region_we_know_stays_as_it_is() {
        let us = seen_from("us");
        for secret in ["tdm_abc", "tdm_mars.abc", "", "tdm", "eyJ.abc", "tdm_EU.abc", "tdm_.abc", "ééé.a"]
        {
            assert_eq!(us.of_secret(secret), None, "{secret}");
        }
        for secret in ["tdm_abc", "eyJh.abc", "tdm_EU.abc", "ééé.a"] {
            assert_eq!(unstamped(secret), secret);
        }
        assert_eq!(Regions::default().stamped("tdm_abc".to_owned()), "tdm_abc");
    }

    #[test]
    fn an_id_of_a_program_tells_its_region() {
        let (eu, us) = (seen_from("eu"), seen_from("us"));
        let id = eu.tagged(Uuid::from_u128(7));
        assert_eq!(us.of_program(id).map(|found| found.region), Some(region("eu")));
        assert_eq!(eu.of_program(id), None);
        assert_eq!(us.of_program(Uuid::from_u128(7)), None);
        assert_eq!(Regions::default().tagged(Uuid::from_u128(7)), Uuid::from_u128(7));
    }

    #[test]
    fn a_region_is_among_all_there_are() {
        let only_eu = BTreeMap::from([(region("eu"), address("eu.example"))]);
        assert_eq!(Regions::new(region("us"), only_eu), Err(RegionsError::NotAmongThem(region("us"))));
        let alone = Regions::new(region("us"), BTreeMap::new()).expect("the only one");
        assert!(!alone.are_several());
    }
}
