//! `tandem serve --demo`: one process on private ports, started again on the same data and ports.

use std::{
    fs::OpenOptions,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

use super::{Demo, Signal, WorldError, ports, signal};

/// Longest wait for the server to be ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// The process and where it lives.
#[derive(Debug)]
pub struct Single {
    bin: PathBuf,
    data: PathBuf,
    log: PathBuf,
    http: SocketAddr,
    admin: SocketAddr,
    sip: SocketAddr,
    media: SocketAddr,
    child: Option<(Child, BufReader<ChildStdout>)>,
    /// What fakes the process's clock, and the file that says what it is off by.
    clock: Option<(PathBuf, PathBuf)>,
    /// How long the last start took, from the spawn to `ready`.
    pub ready_after: Duration,
}

impl Single {
    /// Starts the server for the first time, with its data in `data` and a fresh `log`.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start(bin: &Path, data: &Path, log: &Path) -> Result<Self, WorldError> {
        std::fs::create_dir_all(data).map_err(|error| WorldError::Io(data.display().to_string(), error))?;
        std::fs::write(log, "").map_err(|error| WorldError::Io(log.display().to_string(), error))?;
        let address = || Ok::<_, WorldError>(SocketAddr::from(([127, 0, 0, 1], ports::free()?)));
        let mut single = Self {
            bin: std::path::absolute(bin)
                .map_err(|error| WorldError::Io(bin.display().to_string(), error))?,
            data: data.to_owned(),
            log: log.to_owned(),
            http: address()?,
            admin: address()?,
            sip: address()?,
            media: address()?,
            child: None,
            clock: None,
            ready_after: Duration::ZERO,
        };
        single.restart().await?;
        Ok(single)
    }

    /// Starts it (again) on the same data and ports.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn restart(&mut self) -> Result<(), WorldError> {
        let io = |error| WorldError::Io(self.bin.display().to_string(), error);
        let log = OpenOptions::new().create(true).append(true).open(self.log()).map_err(io)?;
        let mut command = Command::new(&self.bin);
        command.args(["serve", "--demo", "--log", "info", "--rtp-ports", "0", "--data"]).arg(&self.data);
        let addresses =
            [("--http", self.http), ("--admin", self.admin), ("--sip", self.sip), ("--media", self.media)];
        for (flag, address) in addresses {
            command.args([flag, &address.to_string()]);
        }
        command.env_clear();
        if let Some((library, clock)) = &self.clock {
            command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", clock);
            command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let began = Instant::now();
        let mut child = command.spawn().map_err(io)?;
        let stdout = child.stdout.take().ok_or_else(|| WorldError::Other("no stdout".to_owned()))?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let read = tokio::time::timeout(READY_WITHIN, stdout.read_line(&mut line)).await;
        if !matches!(read, Ok(Ok(_))) || !line.starts_with("ready ") {
            return Err(WorldError::Other(format!(
                "the server is not ready: {line:?}; see {}",
                self.log().display()
            )));
        }
        self.ready_after = began.elapsed();
        self.child = Some((child, stdout));
        Ok(())
    }

    /// Starts it again with a clock that is off by what the file `offset` says, in seconds with their sign (libfaketime).
    ///
    /// # Errors
    /// When libfaketime is not there, or the server does not start with it.
    pub async fn fake_clock(&mut self, offset: &Path) -> Result<(), WorldError> {
        let library =
            faketime().ok_or_else(|| WorldError::Other("Debian's faketime is not there".to_owned()))?;
        self.clock = Some((library, offset.to_owned()));
        self.stop().await?;
        self.restart().await
    }

    /// kill −9, and waits until it is gone.
    ///
    /// # Errors
    /// When there is nothing to be killed.
    pub async fn kill(&mut self) -> Result<(), WorldError> {
        let Some((mut child, _)) = self.child.take() else {
            return Err(WorldError::Other("the server does not run".to_owned()));
        };
        child.kill().await.map_err(|error| WorldError::Io("kill".to_owned(), error))
    }

    /// Asks it to end, and waits; how long it took.
    ///
    /// # Errors
    /// When it cannot be asked, or does not end within 30 s.
    pub async fn stop(&mut self) -> Result<Duration, WorldError> {
        let Some((mut child, stdout)) = self.child.take() else { return Ok(Duration::ZERO) };
        let began = Instant::now();
        if let Some(pid) = child.id() {
            signal(pid, Signal::Term)?;
        }
        let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await;
        drop(stdout);
        match ended {
            Ok(Ok(_)) => Ok(began.elapsed()),
            _ => Err(WorldError::Other("the server does not end".to_owned())),
        }
    }

    /// Sends the process a signal.
    ///
    /// # Errors
    /// When it does not run.
    pub fn signal(&self, what: Signal) -> Result<(), WorldError> {
        let pid = self.pid().ok_or_else(|| WorldError::Other("the server does not run".to_owned()))?;
        signal(pid, what)
    }

    /// The process.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(|(child, _)| child.id())
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|(child, _)| !matches!(child.try_wait(), Ok(None)))
    }

    /// Where the API is.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where SIP is.
    pub const fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What it logs, over all starts.
    pub fn log(&self) -> PathBuf {
        self.log.clone()
    }

    pub(super) fn demo(&self) -> Result<Demo, WorldError> {
        Demo::read(&self.data.join("demo.json"))
    }
}

/// libfaketime for programs with threads, in Debian's folder for this kind of machine.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let libraries = folders.flatten().map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    libraries.into_iter().find(|path| path.exists())
}
