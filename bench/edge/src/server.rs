//! The server that is measured: a process of its own, on ports and a folder of its own.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// Servers are limited to these, wherever there are more.
const CORES: &str = "0,1";

/// A running `tandem serve --demo`. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it answers.
    pub(crate) address: SocketAddr,
    /// From the start of the process until it said that it is ready.
    pub(crate) ready_after: Duration,
    folder: PathBuf,
}

impl Server {
    /// Starts `program` on `folder` and waits until it is ready.
    pub(crate) fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let log = File::create(folder.join("server.log"))?;
        let began = Instant::now();
        let mut child = Command::new("taskset")
            .args(["-c", CORES])
            .arg(program)
            .args(["serve", "--demo", "--data"])
            .arg(folder.join("data"))
            .args(["--http", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .args(["--sip", "127.0.0.1:0", "--media", "127.0.0.1:0"])
            // What a node can do is measured with one token.
            .args(["--rate-per-client", "0", "--rate-per-org", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let said = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut lines = BufReader::new(said).lines();
        let address = lines.find_map(|line| {
            let line = line.ok()?;
            line.strip_prefix("ready http://")?.split(' ').next()?.parse().ok()
        });
        let ready_after = began.elapsed();
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            let _ = child.kill();
            let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
            return Err(io::Error::other(format!("{} did not start: {log}", program.display())));
        };
        Ok(Self { child, address, ready_after, folder: folder.to_owned() })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The demo's administrator's token.
    pub(crate) fn admin_token(&self) -> io::Result<String> {
        let demo: Value = serde_json::from_slice(&std::fs::read(self.folder.join("data/demo.json"))?)?;
        let users = demo["users"].as_array().map_or(&[][..], Vec::as_slice);
        let admin = users.iter().find(|user| user["name"] == "admin");
        let token = admin.and_then(|admin| admin["token"].as_str());
        token.map(str::to_owned).ok_or_else(|| io::Error::other("the demo has no administrator"))
    }

    /// Lets it drain and end.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        Command::new("kill").arg(self.pid().to_string()).status()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
