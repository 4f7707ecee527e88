//! A server as a child that does not outlive its parent, whatever becomes of that.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

/// A server that does not answer by then is broken.
const START: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// A running server.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    /// Starts `program` with `arguments`, its output in `log`; as the user `user` if this is root.
    pub(crate) fn spawn(
        name: &'static str,
        user: Option<&str>,
        program: &Path,
        arguments: &[String],
        log: &Path,
    ) -> Self {
        let mut command = as_user(user, program);
        command.args(arguments);
        let file = std::fs::File::create(log).expect("a log file");
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("a second handle")).stderr(file);
        Self { child: spawn_for_life(command, name), name }
    }

    /// Waits until `ready`.
    pub(crate) fn wait_until(&mut self, log: &Path, mut ready: impl FnMut() -> bool) {
        let began = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().expect("a child can be waited for");
            assert!(
                ended.is_none() && began.elapsed() < START,
                "{} does not start ({ended:?}): {}",
                self.name,
                std::fs::read_to_string(log).unwrap_or_default()
            );
            std::thread::sleep(POLL);
        }
    }

    /// Sends a signal by name: `KILL`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        // It may have ended by itself.
        let _ = Command::new("kill").args(["-s", signal, &pid]).stderr(Stdio::null()).status();
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(&mut self, signal: &str) {
        self.signal(signal);
        let _ = self.child.wait();
    }
}

/// `program`, run as `user` if this is root (PostgreSQL refuses to run as root), killed when its parent is.
pub(crate) fn as_user(user: Option<&str>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user.filter(|_| is_root()) {
        command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--init-groups"]);
    }
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).current_dir("/");
    command
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

/// The death signal comes when the *thread* that started the child ends, so that thread must last as long as the process.
fn spawn_for_life(mut command: Command, name: &'static str) -> Child {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let child = command.spawn().unwrap_or_else(|e| panic!("{name} cannot be started: {e}"));
        sender.send(child).expect("the starter waits");
        loop {
            std::thread::park();
        }
    });
    receiver
        .recv()
        .unwrap_or_else(|_| panic!("{name} cannot be started: is `setpriv` (util-linux) installed?"))
}

/// A program that must be installed, with what to install otherwise.
pub(crate) fn installed(places: &[&str], program: &str, package: &str) -> PathBuf {
    let found = places.iter().map(|place| Path::new(place).join(program)).find(|path| path.exists());
    found.unwrap_or_else(|| {
        panic!("{program} is missing: install the package {package} (scripts/setup.sh does)")
    })
}

/// A port of 127.0.0.1 that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// Whether somebody listens on `port`.
pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
