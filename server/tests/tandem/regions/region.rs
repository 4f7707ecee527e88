//! A region: one server with stores of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use tandem_proto::ClientId;
use tandem_test_support::{Postgres, Redis};
use tempfile::TempDir;

use crate::support::{run, tandem};

/// Longer than the server takes to say anything that is waited for; reached only by a fault.
const LINE_WITHIN: Duration = Duration::from_secs(60);

/// Where a region keeps things.
pub(crate) enum Stores<'s> {
    /// In its folder and its process.
    Files,
    /// In a database and a Redis of its own.
    Servers {
        /// URL of the database.
        database: String,
        /// Whose it is.
        postgres: &'s Postgres,
        redis: &'s Redis,
    },
}

/// The regions of a test, `eu` and `us`.
pub(crate) struct Regions<'s>([Region<'s>; 2]);

impl<'s> Regions<'s> {
    pub(crate) fn new(stores: [Stores<'s>; 2]) -> Self {
        let key = Arc::new(tempfile::tempdir().expect("a folder"));
        let file = key.path().join("region.key");
        let mut make = tandem(key.path());
        make.args(["keys", "region"]).arg(&file);
        assert_eq!(run(make).0, 0);
        let places = ["eu", "us"].map(|name| (name, free_address(), free_address()));
        let all = places.each_ref().map(|(name, http, sip)| format!("{name}=http://{http} {sip}")).join(",");
        let mut stores = stores.into_iter();
        Self(places.map(|(name, http, sip)| Region {
            name,
            url: format!("http://{http}"),
            http,
            sip,
            all: all.clone(),
            key: file.clone(),
            _key_folder: Arc::clone(&key),
            folder: tempfile::tempdir().expect("a folder"),
            stores: stores.next().expect("of each region"),
            process: None,
            log: Log::default(),
        }))
    }

    pub(crate) fn all(self) -> [Region<'s>; 2] {
        self.0
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("bound").to_string()
}

pub(crate) struct Region<'s> {
    name: &'static str,
    pub(crate) url: String,
    http: String,
    pub(crate) sip: String,
    all: String,
    key: PathBuf,
    _key_folder: Arc<TempDir>,
    pub(crate) folder: TempDir,
    pub(crate) stores: Stores<'s>,
    process: Option<Child>,
    pub(crate) log: Log,
}

impl Region<'_> {
    fn command(&self, arguments: &[&str], region: &str) -> Command {
        let mut command = tandem(self.folder.path());
        command.args(arguments).args(["--region", region, "--regions", &self.all]).arg("--region-key-file");
        command.arg(&self.key).args(["--http", &self.http, "--sip", &self.sip, "--log", "info"]);
        command.args(["--admin", "127.0.0.1:0", "--media", "127.0.0.1:0", "--rtp-ports", "0"]);
        if let Stores::Servers { database, redis, .. } = &self.stores {
            let master = self.folder.path().join("master.key");
            if !master.exists() {
                let mut make = tandem(self.folder.path());
                make.args(["keys", "new"]).arg(&master);
                assert_eq!(run(make).0, 0);
            }
            command.args(["--database", database, "--redis", &redis.url()]);
            command.arg("--master-key-file").arg(master);
        }
        command
    }

    /// What a command said: exit code, stdout, stderr.
    pub(crate) fn said(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.command(arguments, self.name))
    }

    /// The same on the stores of this region, by somebody who takes them for another's.
    pub(crate) fn said_as(&self, other: &Region<'_>, arguments: &[&str]) -> (i32, String, String) {
        run(self.command(arguments, other.name))
    }

    /// Whether its stores take commands while the server runs.
    pub(crate) fn takes_commands(&self) -> bool {
        matches!(self.stores, Stores::Servers { .. })
    }

    /// The id of a program of this region that there is not.
    pub(crate) fn nobody(&self) -> ClientId {
        ClientId::from_uuid(uuid::Uuid::nil())
    }

    /// Answers the password of its administrator.
    pub(crate) fn make_org(&self, name: &str, login: &str, display_name: &str) -> String {
        let arguments = ["org", "create", name, "--login", login, "--display-name", display_name];
        let (code, told, stderr) = self.said(&arguments);
        assert_eq!(code, 0, "{stderr}");
        let password = told.lines().find_map(|line| line.strip_prefix("password"));
        password.expect("a password").trim().to_owned()
    }

    /// Starts its server, and waits until it is ready.
    pub(crate) fn start(mut self) -> Self {
        let mut command = self.command(&["serve"], self.name);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        self.log.follow(BufReader::new(process.stderr.take().expect("piped")));
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("a line");
        assert!(line.starts_with("ready http"), "{line:?} {}", self.log.all());
        self.process = Some(process);
        self
    }

    /// Stops it, with everything written.
    pub(crate) fn stop(mut self) -> Self {
        let mut process = self.process.take().expect("it runs");
        let pid = process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        assert!(process.wait().expect("ended").success());
        self
    }

    /// The files of its folder, with what is in them.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => found.push((path.display().to_string(), fs::read(&path).expect("readable"))),
                }
            }
        }
        found
    }
}

impl Drop for Region<'_> {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// What a server logs, as it comes.
#[derive(Default)]
pub(crate) struct Log {
    lines: Arc<Mutex<String>>,
    news: Option<mpsc::Receiver<String>>,
}

impl Log {
    fn follow(&mut self, stderr: BufReader<std::process::ChildStderr>) {
        let (line, news) = mpsc::channel();
        let lines = Arc::clone(&self.lines);
        self.news = Some(news);
        thread::spawn(move || {
            for said in stderr.lines().map_while(Result::ok) {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.push_str(&said);
                lines.push('\n');
                // Whoever waits for nothing hears nothing.
                let _ = line.send(said);
            }
        });
    }

    pub(crate) fn all(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a line with `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        let news = self.news.as_ref().expect("it runs");
        loop {
            match news.recv_timeout(LINE_WITHIN) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(error) => panic!("{text:?} was not logged ({error}), but:\n{}", self.all()),
            }
        }
    }
}
