//! What a process costs: processor time and memory, from `/proc`.

use std::{
    collections::HashMap,
    fs, io,
    time::{Duration, Instant},
};

/// Measures the processor time of a process from a moment on, to the nanosecond. (`/proc/PID/stat` counts in hundredths of a second.)
#[derive(Debug)]
pub(crate) struct Meter {
    pid: u32,
    began: Instant,
    /// What each thread had run by then: one that has ended since is not counted, and must not be taken off.
    threads: HashMap<String, u64>,
}

impl Meter {
    pub(crate) fn start(pid: u32) -> io::Result<Self> {
        Ok(Self { pid, began: Instant::now(), threads: threads(pid)? })
    }

    /// Time all threads have run since.
    pub(crate) fn used(&self) -> io::Result<Duration> {
        let now = threads(self.pid)?;
        let before = |thread: &String| self.threads.get(thread).copied().unwrap_or(0);
        Ok(Duration::from_nanos(now.iter().map(|(thread, run)| run.saturating_sub(before(thread))).sum()))
    }

    /// As a share of a core.
    pub(crate) fn share(&self) -> io::Result<f64> {
        Ok(self.used()?.as_secs_f64() / self.began.elapsed().as_secs_f64())
    }

    /// Microseconds used, without what is used anyway.
    pub(crate) fn used_over(&self, share: f64) -> io::Result<f64> {
        let anyway = share * self.began.elapsed().as_secs_f64() * 1e6;
        Ok((self.used()?.as_secs_f64() * 1e6 - anyway).max(0.0))
    }
}

/// Nanoseconds each thread has run.
fn threads(pid: u32) -> io::Result<HashMap<String, u64>> {
    let mut threads = HashMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let task = task?;
        // A thread may end while one looks.
        let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
        let run = text.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or(0);
        threads.insert(task.file_name().to_string_lossy().into_owned(), run);
    }
    Ok(threads)
}

/// Time this thread has run so far.
pub(crate) fn thread_cpu() -> io::Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or(0);
    Ok(Duration::from_nanos(nanoseconds))
}

/// Resident memory in bytes.
pub(crate) fn memory(pid: u32) -> io::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|kib| kib * 1024.0).ok_or_else(|| io::Error::other(format!("process {pid} shows no memory")))
}

/// Files this process may have open.
pub(crate) fn open_files() -> io::Result<usize> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    Ok(soft.unwrap_or(1_024))
}
