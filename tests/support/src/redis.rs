//! A private Redis.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
};

use tempfile::TempDir;

use crate::process::{Process, free_port, installed, listens};

/// A Redis server in memory.
#[derive(Debug)]
pub struct Redis {
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

impl Redis {
    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("tandem-redis-").tempdir().expect("a folder");
        let mut redis = Self { folder, port: free_port(), process: None };
        redis.restart();
        redis
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it with -9; it forgets everything.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end("KILL");
        }
    }

    /// Starts it again, empty, at the same address; kills it first where needed.
    pub fn restart(&mut self) {
        self.kill();
        let program = installed(&["/usr/bin", "/usr/local/bin"], "redis-server", "redis-server");
        let folder = self.folder.path().display().to_string();
        let arguments = [
            ("--port", self.port.to_string()),
            ("--bind", "127.0.0.1".to_owned()),
            ("--save", String::new()),
            ("--appendonly", "no".to_owned()),
            ("--dir", folder),
        ];
        let arguments: Vec<String> =
            arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect();
        let log: PathBuf = self.folder.path().join("log");
        let mut process = Process::spawn("redis-server", None, &program, &arguments, &log);
        let port = self.port;
        process.wait_until(&log, || listens(port) && ask(port, "PING").starts_with("+PONG"));
        self.process = Some(process);
    }

    /// Stops it in its tracks, as a machine that hangs.
    pub fn freeze(&self) {
        self.process.iter().for_each(|process| process.signal("STOP"));
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.iter().for_each(|process| process.signal("CONT"));
    }

    /// Makes it forget everything.
    pub fn flush(&self) {
        let answer = ask(self.port, "FLUSHALL");
        assert!(answer.starts_with("+OK"), "{answer}");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends one command without arguments.
fn ask(port: u16, command: &str) -> String {
    let mut answer = [0; 64];
    let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).and_then(|mut stream| {
        write!(stream, "{command}\r\n")?;
        stream.read(&mut answer)
    });
    asked.map(|length| String::from_utf8_lossy(&answer[..length]).into_owned()).unwrap_or_default()
}
