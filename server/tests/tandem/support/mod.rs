//! The real program, started on free ports.

use std::{
    borrow::BorrowMut,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

/// The program, in an empty folder and without the environment's configuration.
pub(crate) fn tandem(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.current_dir(folder).stdin(Stdio::null()).env_clear();
    command
}

/// Longer than the server takes to say anything that is waited for; reached only by a fault.
const LINE_WITHIN: Duration = Duration::from_secs(30);

/// Flags that make every port a free one.
pub(crate) const FREE_PORTS: [&str; 10] = [
    "--http",
    "127.0.0.1:0",
    "--admin",
    "127.0.0.1:0",
    "--sip",
    "127.0.0.1:0",
    "--media",
    "127.0.0.1:0",
    "--rtp-ports",
    "0",
];

/// What a command that ends by itself said: exit code, stdout, stderr.
pub(crate) fn run(mut command: Command) -> (i32, String, String) {
    let output = command.output().expect("started");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("ended by itself"), text(output.stdout), text(output.stderr))
}

/// A running demo server.
pub(crate) struct Server {
    process: Child,
    stdout: BufReader<ChildStdout>,
    data: PathBuf,
    pub(crate) runtime: Value,
    pub(crate) demo: Value,
}

impl Server {
    /// Starts the program with `--demo` in `folder` and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// As [`Self::start`], with more flags.
    pub(crate) fn start_with(folder: &Path, flags: &[&str]) -> Self {
        let mut command = tandem(folder);
        command.args(["serve", "--demo", "--log", "warn"]).args(FREE_PORTS).args(flags);
        Self::started(folder, command)
    }

    /// As [`Self::start_with`], and what it logs.
    pub(crate) fn start_logged(folder: &Path, flags: &[&str]) -> (Self, Log) {
        let mut command = tandem(folder);
        command.args(["serve", "--demo", "--log", "info"]).args(FREE_PORTS).args(flags);
        let mut server = Self::started(folder, command.stderr(Stdio::piped()));
        let log = Log::of(server.process.stderr.take().expect("piped"));
        (server, log)
    }

    fn started(folder: &Path, mut command: impl BorrowMut<Command>) -> Self {
        let mut process = command.borrow_mut().stdout(Stdio::piped()).spawn().expect("started");
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert!(line.starts_with("ready http") && line.contains("://127.0.0.1:"), "{line:?}");
        assert!(line.trim_end().ends_with(" ms"), "{line:?}");
        let data = folder.join("data");
        let read = |name: &str| {
            let bytes = std::fs::read(data.join(name)).expect("written before the server is ready");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        let (runtime, demo) = (read("runtime.json"), read("demo.json"));
        Self { process, stdout, data, runtime, demo }
    }

    /// Sends it a signal, as `-HUP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Asks it to stop, and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        let status = self.process.wait().expect("ended");
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("read");
        status
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn token(&self, name: &str) -> &str {
        let users = self.demo["users"].as_array().expect("users");
        let user = users.iter().find(|user| user["name"] == name).expect("a demo user");
        user["token"].as_str().expect("a token")
    }

    pub(crate) fn http(&self) -> &str {
        self.runtime["http"].as_str().expect("an address")
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::get(format!("http://{}{path}", self.http()));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        send(request.body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn json(&self, path: &str, token: &str) -> Value {
        let (status, _, body) = self.get(path, Some(token)).await;
        let value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(status, StatusCode::OK, "{path}: {value}");
        value
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{path}", self.http()))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request");
        let (status, _, body) = send(request).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind; one that stopped the server finds nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a server logs. It is read as it comes, so that the server never waits for its log.
pub(crate) struct Log(mpsc::Receiver<String>);

impl Log {
    fn of(stderr: ChildStderr) -> Self {
        let (line, lines) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|l| line.send(l))
        });
        Self(lines)
    }

    /// The next line that holds `text`.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.until(text).pop().expect("the last holds it")
    }

    /// The lines up to the next that holds `text`.
    pub(crate) fn until(&self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.0.recv_timeout(LINE_WITHIN) {
                Ok(line) => lines.push(line),
                Err(error) => panic!("{text:?} was not logged ({error}), but:\n{}", lines.join("\n")),
            }
            if lines.last().is_some_and(|line| line.contains(text)) {
                return lines;
            }
        }
    }
}

pub(crate) async fn send(request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let (parts, body) = client.request(request).await.expect("answered").into_parts();
    (parts.status, parts.headers, body.collect().await.expect("a whole body").to_bytes().to_vec())
}
