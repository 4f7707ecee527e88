//! Audio files in memory, read once and shared by everybody they are played to.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use tandem_codec::wav;
use tandem_media::MediaError;

/// All clips together may take this much; the ones not played for longest go first.
const CACHE_BYTES_MAX: usize = 64 << 20;
/// Largest file read: about ten minutes at 16 kHz.
const FILE_BYTES_MAX: u64 = 20 << 20;
/// Most files of one playing.
const FILES_MAX: usize = 64;

/// A file's samples at 48 kHz.
#[derive(Debug)]
pub(crate) struct Clip {
    pub(crate) samples: Vec<i16>,
}

#[derive(Debug, Default)]
pub(crate) struct ClipCache {
    cached: Arc<Mutex<Cached>>,
}

#[derive(Debug, Default)]
struct Cached {
    clips: HashMap<PathBuf, Entry>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    clip: Arc<Clip>,
    modified: Option<SystemTime>,
    used: u64,
}

impl ClipCache {
    /// The clips of these files, in their order.
    pub(crate) async fn load(&self, paths: Vec<PathBuf>) -> Result<Vec<Arc<Clip>>, MediaError> {
        if paths.is_empty() || paths.len() > FILES_MAX {
            let reason = format!("{} files; 1 to {FILES_MAX} can be played", paths.len());
            return Err(MediaError::BadSource { path: String::new(), reason });
        }
        let cached = Arc::clone(&self.cached);
        let load = move || paths.iter().map(|path| get(&cached, path)).collect();
        tokio::task::spawn_blocking(load).await.unwrap_or(Err(MediaError::Stopping))
    }
}

fn get(cached: &Mutex<Cached>, path: &Path) -> Result<Arc<Clip>, MediaError> {
    let bad = |reason: String| MediaError::BadSource { path: path.display().to_string(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| bad(error.to_string()))?;
    let modified = metadata.modified().ok();
    if let Some(clip) = lock(cached).get(path, modified) {
        return Ok(clip);
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(bad(format!("{} bytes; at most {FILE_BYTES_MAX} can be played", metadata.len())));
    }
    let file = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    let samples = wav::read(&file).map_err(|error| bad(error.to_string()))?;
    if samples.is_empty() {
        return Err(bad("it has no samples".into()));
    }
    let clip = Arc::new(Clip { samples });
    lock(cached).put(path, modified, Arc::clone(&clip));
    Ok(clip)
}

/// A panic elsewhere cannot leave the map half changed: its entries are whole.
fn lock(cached: &Mutex<Cached>) -> std::sync::MutexGuard<'_, Cached> {
    cached.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cached {
    fn get(&mut self, path: &Path, modified: Option<SystemTime>) -> Option<Arc<Clip>> {
        self.clock += 1;
        let entry = self.clips.get_mut(path).filter(|entry| entry.modified == modified)?;
        entry.used = self.clock;
        Some(Arc::clone(&entry.clip))
    }

    fn put(&mut self, path: &Path, modified: Option<SystemTime>, clip: Arc<Clip>) {
        self.bytes += clip.samples.len() * 2;
        let entry = Entry { clip, modified, used: self.clock };
        self.forget(path);
        self.clips.insert(path.to_owned(), entry);
        while self.bytes > CACHE_BYTES_MAX && self.clips.len() > 1 {
            let oldest = self.clips.iter().min_by_key(|(_, entry)| entry.used).map(|(path, _)| path.clone());
            let Some(oldest) = oldest else { break };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, path: &Path) {
        if let Some(entry) = self.clips.remove(path) {
            self.bytes -= entry.clip.samples.len() * 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_read_once_and_again_when_they_change() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.wav");
        std::fs::write(&path, wav::write(&[1; 100], 48_000)).expect("writes");
        let cache = ClipCache::default();
        let first = cache.load(vec![path.clone(), path.clone()]).await.expect("loads");
        assert!(Arc::ptr_eq(&first[0], &first[1]));

        std::fs::write(&path, wav::write(&[2; 200], 48_000)).expect("writes");
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
        std::fs::File::options().write(true).open(&path).expect("opens").set_modified(later).expect("is set");
        assert_eq!(cache.load(vec![path]).await.expect("loads")[0].samples, [2; 200]);
    }

    #[tokio::test]
    async fn what_cannot_be_played_says_why() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.wav");
        std::fs::write(&path, b"no sound").expect("writes");
        let cache = ClipCache::default();
        let error = cache.load(vec![path]).await.expect_err("refused");
        assert!(error.to_string().ends_with("a.wav: not a WAV file"), "{error}");
        let error = cache.load(vec![dir.path().join("none.wav")]).await.expect_err("refused");
        assert!(matches!(error, MediaError::BadSource { .. }));
        assert!(cache.load(Vec::new()).await.is_err());
    }
}
