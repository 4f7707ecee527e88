//! The prompts and music that come with Tandem (`media/sounds`), inside the program.

use std::{fs, io, path::Path};

macro_rules! sounds {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../sounds/", $name)))),+]
    };
}

static FILES: &[(&str, &[u8])] = sounds![
    "greeting.wav",
    "music.wav",
    "position.wav",
    "n1.wav",
    "n2.wav",
    "n3.wav",
    "n4.wav",
    "n5.wav",
    "n6.wav",
    "n7.wav",
    "n8.wav",
    "n9.wav",
    "n10.wav",
    "in-queue.wav",
    "many.wav",
    "sorry.wav",
    "beep.wav",
    "customer.wav",
];

/// Writes the sounds that are not there yet into a folder, which is made if need be. A file that is there stays as it is, so that an
/// operator can put another in its place.
pub fn install(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (name, bytes) in FILES {
        let path = dir.join(name);
        if path.exists() {
            continue;
        }
        // Whole or not at all, even if we are killed on the way.
        let partial = dir.join(format!(".{name}.partial"));
        fs::write(&partial, bytes)?;
        fs::rename(&partial, &path)?;
    }
    Ok(())
}

/// Names of the files [`install`] writes.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_can_be_played_and_a_changed_one_is_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let sounds = dir.path().join("sounds");
        install(&sounds).expect("installs");
        for name in names() {
            let samples =
                tandem_codec::wav::read(&fs::read(sounds.join(name)).expect("is there")).expect("plays");
            let seconds = samples.len() as f64 / 48_000.0;
            assert!((0.2..40.0).contains(&seconds), "{name}: {seconds} s");
            assert!(samples.iter().any(|sample| *sample > 3_000), "{name} is silent");
        }
        fs::write(sounds.join("beep.wav"), b"mine").expect("writes");
        install(&sounds).expect("installs");
        assert_eq!(fs::read(sounds.join("beep.wav")).expect("is there"), b"mine");
        assert_eq!(fs::read_dir(&sounds).expect("lists").count(), names().count());
    }
}
