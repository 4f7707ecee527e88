//! Who hears what in a room, and how.

use crate::AudioCodec;

/// What matters of an endpoint for the audio of its room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Party {
    /// What it sends; `None` while it is muted, held or not connected.
    pub sends: Option<AudioCodec>,
    /// What it can be sent; `None` while it is held or not connected.
    pub hears: Option<AudioCodec>,
    /// Something is played to it.
    pub playing: bool,
}

/// How an endpoint gets its audio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hearing {
    /// There is nothing to hear.
    Nothing,
    /// The packets of the one party it hears (an index), as they are.
    Pass(usize),
    /// Everybody else and what is played to it, decoded, mixed and encoded.
    Mix,
}

/// How each party of a room gets its audio: it hears all others. One other that sends the codec it takes is passed on without
/// decoding; otherwise there is a mix.
pub fn hearing(parties: &[Party]) -> impl Iterator<Item = Hearing> + '_ {
    parties.iter().enumerate().map(|(me, party)| {
        let Some(codec) = party.hears else { return Hearing::Nothing };
        let mut others = parties.iter().enumerate().filter(|(other, it)| *other != me && it.sends.is_some());
        match (others.next(), others.next()) {
            (None, _) if !party.playing => Hearing::Nothing,
            (Some((other, it)), None) if !party.playing && it.sends == Some(codec) => Hearing::Pass(other),
            _ => Hearing::Mix,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AudioCodec::{Opus, Pcma, Pcmu};

    fn party(codec: AudioCodec) -> Party {
        Party { sends: Some(codec), hears: Some(codec), playing: false }
    }
    fn plan(parties: &[Party]) -> Vec<Hearing> {
        hearing(parties).collect()
    }

    #[test]
    fn two_of_one_codec_are_not_decoded() {
        assert_eq!(plan(&[party(Opus), party(Opus)]), [Hearing::Pass(1), Hearing::Pass(0)]);
        assert_eq!(plan(&[party(Pcma), party(Pcmu)]), [Hearing::Mix, Hearing::Mix]);
    }

    #[test]
    fn a_third_makes_a_mix_unless_it_is_muted() {
        let muted = Party { sends: None, ..party(Opus) };
        assert_eq!(plan(&[party(Opus), party(Opus), party(Opus)]), [Hearing::Mix; 3]);
        assert_eq!(
            plan(&[party(Opus), party(Opus), muted]),
            [Hearing::Pass(1), Hearing::Pass(0), Hearing::Mix]
        );
    }

    #[test]
    fn playing_makes_a_mix_for_its_listener_alone() {
        let listener = Party { playing: true, ..party(Pcma) };
        assert_eq!(plan(&[listener, party(Pcma)]), [Hearing::Mix, Hearing::Pass(0)]);
        assert_eq!(plan(&[listener]), [Hearing::Mix]);
    }

    #[test]
    fn who_is_held_or_alone_hears_nothing() {
        assert_eq!(
            plan(&[Party { hears: None, ..party(Pcma) }, party(Pcma)]),
            [Hearing::Nothing, Hearing::Pass(0)]
        );
        assert_eq!(plan(&[party(Pcma)]), [Hearing::Nothing]);
    }
}
