//! What a waiting caller hears: the place in the queue at once and then every so often, music in between.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

/// How a queue node treats the waiting caller.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Hold {
    /// Names of sounds, repeated for ever; none: silence.
    pub music: Vec<String>,
    /// How often the place is said; absent: never.
    pub announce_position: Option<Duration>,
}

/// Something to be played now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Playing {
    /// Names of sounds, in order.
    pub sounds: Vec<String>,
    /// Again and again.
    pub looped: bool,
}

/// The sounds an announcement is made of: `position`, `n1` …, `in-queue`; or `many` where there is no word for the number.
const BEFORE: &str = "position";
const AFTER: &str = "in-queue";
const MANY: &str = "many";

/// Plays to one waiting caller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Treatment {
    hold: Hold,
}

impl Treatment {
    /// For a caller of a queue node.
    pub const fn new(hold: Hold) -> Self {
        Self { hold }
    }

    /// How long after an announcement the next one is due.
    pub const fn period(&self) -> Option<Duration> {
        self.hold.announce_position
    }

    /// Says the place, if it is known, wanted and there are sounds for it; otherwise goes on with the music.
    pub fn announce(&self, position: Option<u32>, sounds: &BTreeSet<String>) -> Option<Playing> {
        let Some(position) = position.filter(|_| self.hold.announce_position.is_some()) else {
            return self.music();
        };
        let number = [BEFORE.to_owned(), format!("n{position}"), AFTER.to_owned()];
        let say = |said: &[String]| {
            let known = said.iter().all(|sound| sounds.contains(sound));
            known.then(|| Playing { sounds: said.to_vec(), looped: false })
        };
        say(&number).or_else(|| say(&[MANY.to_owned()])).or_else(|| self.music())
    }

    /// The music, if there is any.
    pub fn music(&self) -> Option<Playing> {
        (!self.hold.music.is_empty()).then(|| Playing { sounds: self.hold.music.clone(), looped: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn treatment(announce: bool) -> Treatment {
        let announce_position = announce.then(|| Duration::from_secs(30));
        Treatment::new(Hold { music: vec!["music".to_owned()], announce_position })
    }

    fn sounds() -> BTreeSet<String> {
        ["position", "n1", "n2", "in-queue", "music"].map(str::to_owned).into()
    }

    #[test]
    fn the_place_is_said_where_there_are_words_for_it() {
        let said = treatment(true).announce(Some(2), &sounds()).expect("plays");
        assert_eq!(
            (said.sounds.as_slice(), said.looped),
            (["position", "n2", "in-queue"].map(str::to_owned).as_slice(), false)
        );
    }

    #[test]
    fn music_stands_in_for_what_cannot_be_said() {
        let mut sounds = sounds();
        for (announce, position) in [(true, Some(3)), (true, None), (false, Some(1))] {
            let played = treatment(announce).announce(position, &sounds);
            assert_eq!(played, treatment(announce).music(), "{announce} {position:?}");
        }
        sounds.insert("many".to_owned());
        let many = treatment(true).announce(Some(3), &sounds).expect("plays");
        assert_eq!(many.sounds, ["many"]);
    }
}
