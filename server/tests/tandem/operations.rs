//! What an operator does beside running the server: asks how it is, backs it up, restores it, and reads why it does not start.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Stdio},
};

use crate::support::{FREE_PORTS, Server, run, tandem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tandem_blobs::{BlobId, Blobs, Place};
use tandem_core::Mint;
use tandem_proto::DeviceId;
use tandem_test_support::Postgres;

/// What `tandem` with `args` said, in `folder`: exit code, stdout, stderr.
fn said(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = tandem(folder);
    command.args(args);
    run(command)
}

/// The hash over everything, as `backup` and `restore` say it.
fn hash(stdout: &str) -> &str {
    stdout.trim_end().rsplit(' ').next().expect("a hash")
}

/// Each table's name and rows.
fn counts(stdout: &str) -> Vec<Vec<&str>> {
    stdout
        .lines()
        .filter(|line| line.contains(" rows  sha256 "))
        .map(|line| line.split_whitespace().take(2).collect())
        .collect()
}

/// A message in a chat of two; answers the path of the chat's history and what it holds.
async fn chat(server: &Server) -> (String, Value) {
    let bea = server.json("/api/v1/me", server.token("agent2")).await["user"]["id"].clone();
    let new = json!({ "kind": "direct", "members": [bea] });
    let (status, chat) = server.post("/api/v1/chats", server.token("agent1"), &new).await;
    assert_eq!(status, StatusCode::CREATED, "{chat}");
    let path = format!("/api/v1/chats/{}/messages", chat["id"].as_str().expect("an id"));
    let message = json!({ "client_id": DeviceId::generate(), "text": "Grüße" });
    assert_eq!(server.post(&path, server.token("agent1"), &message).await.0, StatusCode::CREATED);
    let history = server.json(&path, server.token("agent2")).await;
    assert_eq!(history["items"][0]["text"], "Grüße");
    (path, history)
}

/// Removes the data folder but for the demo's logins, and the key that is in no back-up.
fn wipe(data: &Path) {
    let kept = ["demo.json", "audit.key", "master.key"]
        .map(|name| (name, fs::read(data.join(name)).expect("there")));
    fs::remove_dir_all(data).expect("removed");
    fs::create_dir(data).expect("made");
    for (name, content) in kept {
        fs::write(data.join(name), content).expect("written");
    }
}

#[tokio::test]
async fn what_was_backed_up_is_there_after_a_restore() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (path, history) = chat(&server).await;
    let blobs = Blobs::open(&Place::Folder(server.data().join("blobs"))).expect("a folder");
    let org = server.json("/api/v1/me", server.token("admin")).await["org"]["id"].clone();
    let scope = Mint::for_server().scope(org.as_str().expect("an id").parse().expect("an id"));
    let blob = blobs.put(scope, "a recording".into()).await.expect("kept");

    // The server runs meanwhile.
    let (code, listed, stderr) = said(folder.path(), &["backup", "one.backup"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(listed.contains("blobs are listed, not copied"), "{listed}");
    let (code, _, stderr) = said(folder.path(), &["backup", "one.backup"]);
    assert_eq!(code, 1, "a back-up is not written over");
    assert!(stderr.contains("one.backup: "), "{stderr}");
    let data = server.data().to_owned();
    assert!(server.stop().success());

    let (code, written, stderr) = said(folder.path(), &["backup", "all/"]);
    assert_eq!(code, 0, "{stderr}");
    let mode = fs::metadata(folder.path().join("all/tandem.backup")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, verified, stderr) = said(folder.path(), &["backup", "--verify", "all"]);
    assert_eq!((code, hash(&verified)), (0, hash(&written)), "{stderr}");

    let (code, _, stderr) = said(folder.path(), &["restore", "all"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("is not empty"), "{stderr}");

    wipe(&data);
    let (code, restored, stderr) = said(folder.path(), &["restore", "all"]);
    assert_eq!((code, hash(&restored)), (0, hash(&written)), "{stderr}");
    assert_eq!(blobs.get(scope, blob, 1_000).await.expect("back").as_ref(), b"a recording");
    let (_, again, _) = said(folder.path(), &["backup", "again/"]);
    // What is personal is encrypted each time anew: the restored rows were compared, so these are as many.
    assert_eq!(counts(&again), counts(&written));

    let server = Server::start(folder.path());
    assert_eq!(server.json(&path, server.token("agent2")).await, history);
    let message = json!({ "client_id": DeviceId::generate(), "text": "on we go" });
    assert_eq!(server.post(&path, server.token("agent2"), &message).await.0, StatusCode::CREATED);
    assert!(server.stop().success());

    // Without copies of the blobs, and without the blobs.
    wipe(&data);
    let (code, restored, stderr) = said(folder.path(), &["restore", "one.backup"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(restored.contains(&format!("FAIL  blob {}", BlobId::of(b"a recording"))), "{restored}");
}

#[tokio::test]
async fn a_damaged_back_up_is_refused_and_leaves_the_database_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let data = server.data().to_owned();
    assert!(server.stop().success());
    assert_eq!(said(folder.path(), &["backup", "b"]).0, 0);
    fs::remove_dir_all(&data).expect("removed");
    let whole = fs::read(folder.path().join("b")).expect("there");
    let mut bent = whole.clone();
    bent[whole.len() / 2] ^= 0x10;
    for (name, content) in [("cut", &whole[..whole.len() / 2]), ("bent", &bent), ("other", b"not a back-up")]
    {
        fs::write(folder.path().join(name), content).expect("written");
        for args in [["backup", "--verify", name].as_slice(), &["restore", name]] {
            let (code, _, stderr) = said(folder.path(), args);
            assert_eq!(code, 1, "{args:?}");
            let named = stderr.starts_with(&format!("tandem: {name}: it is "));
            assert!(named && stderr.lines().count() == 1, "{stderr}");
        }
    }
    assert!(!data.join("tandem.db").exists());
}

#[tokio::test]
async fn a_small_installation_grows() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let (path, history) = chat(&server).await;
    assert!(server.stop().success());
    let (code, written, stderr) = said(folder.path(), &["backup", "b"]);
    assert_eq!(code, 0, "{stderr}");

    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let database = postgres.url();
    let (code, restored, stderr) = said(folder.path(), &["restore", "b", "--database", &database]);
    assert_eq!((code, hash(&restored)), (0, hash(&written)), "{stderr}");

    let server = Server::start_with(folder.path(), &["--database", &database]);
    assert_eq!(server.json(&path, server.token("agent2")).await, history);
    let message = json!({ "client_id": DeviceId::generate(), "text": "on we go" });
    assert_eq!(server.post(&path, server.token("agent2"), &message).await.0, StatusCode::CREATED);
    let (code, _, stderr) = said(folder.path(), &["backup", "grown", "--database", &database]);
    assert_eq!(code, 0, "{stderr}");
    let data = server.data().to_owned();
    assert!(server.stop().success());

    let (_, stdout, _) =
        said(folder.path(), &[["doctor", "--database", &database].as_slice(), &FREE_PORTS].concat());
    for line in [
        "ok    PostgreSQL's version: 1",
        "ok    PostgreSQL's role",
        "ok    clock",
        "WARN  PostgreSQL's synchronous standby",
    ] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }

    // And back, with the master key that it is encrypted under and no other.
    let (code, _, stderr) = said(folder.path(), &["restore", "grown", "--data", "other"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("is not the one it was encrypted under"), "{stderr}");
    let key = data.join("master.key").display().to_string();
    let (code, _, stderr) =
        said(folder.path(), &["restore", "grown", "--data", "small", "--master-key-file", &key]);
    assert_eq!(code, 0, "{stderr}");

    let wrong = database.replacen("tandem:tandem@", "tandem:wrong@", 1);
    let (code, _, stderr) =
        said(folder.path(), &[["serve", "--database", &wrong].as_slice(), &FREE_PORTS].concat());
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("tandem: cannot use the database postgres://tandem:••••@"), "{stderr}");
    assert!(stderr.contains("password authentication failed"), "{stderr}");
}

/// A server that was started and is killed at a test's end.
struct Starting(Child);

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_start_that_waits_says_for_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let (nobody, free) = (
        TcpListener::bind("127.0.0.1:0").expect("a port"),
        TcpListener::bind("127.0.0.1:0").expect("a port"),
    );
    let address = |socket: &TcpListener| socket.local_addr().expect("bound").to_string();
    let (nobody, admin) = (address(&nobody), address(&free));
    drop(free);
    let database = format!("postgres://tandem:secret@{nobody}/tandem");
    let mut command = tandem(folder.path());
    assert_eq!(said(folder.path(), &["keys", "new", "master.key"]).0, 0);
    command.args(["serve", "--log", "error", "--database", &database, "--admin", &admin]);
    command.args(["--master-key-file", "master.key"]);
    command.args(FREE_PORTS.chunks(2).filter(|pair| pair[0] != "--admin").flatten());
    let process = Starting(command.stdout(Stdio::null()).spawn().expect("started"));
    let health = ["health", "--admin", admin.as_str()];
    let waits = loop {
        let (code, stdout, _) = said(folder.path(), &health);
        assert_eq!(code, 1, "{stdout}");
        if !stdout.contains("does not answer") {
            break stdout;
        }
    };
    assert!(waits.starts_with("not ready: it starts, and waits until postgres://tandem:••••@"), "{waits}");
    drop(process);
    assert_eq!(said(folder.path(), &health).0, 1);
}

#[test]
fn a_server_that_runs_is_healthy() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let health = ["health", "--admin", "127.0.0.1:0"];
    assert_eq!(said(folder.path(), &health), (0, "ready\n".to_owned(), String::new()));
    assert!(server.stop().success());
    assert_eq!(said(folder.path(), &health).0, 1);
}

#[tokio::test]
async fn an_operator_makes_organisations() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let made = |name: &str| said(folder.path(), &["org", "create", name, "--login", "ada"]);
    assert_eq!(made("Acme Ltd").0, 4, "the file is the running server's");
    assert!(server.stop().success());

    let (code, stdout, stderr) = made("Acme Ltd");
    assert_eq!(code, 0, "{stderr}");
    let line = |what: &str| {
        let found = stdout.lines().find_map(|line| line.strip_prefix(what));
        found.unwrap_or_else(|| panic!("{what} in {stdout}")).trim().to_owned()
    };
    let (login, password) = (line("login"), line("password"));
    assert_eq!(login, "ada");
    let (code, _, stderr) = made("Acme Ltd");
    assert_eq!((code, stderr.trim()), (1, "tandem: name \"Acme Ltd\" is taken"));
    let (code, _, stderr) = said(folder.path(), &["org", "create", "Other", "--login", "No Login"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("login: "), "{stderr}");
    let (_, listed, _) = said(folder.path(), &["org", "list"]);
    let names: Vec<_> =
        listed.lines().filter_map(|line| line.split_once(' ')).map(|(_, name)| name).collect();
    assert_eq!(names, ["demo", "Acme Ltd"], "what is refused makes nothing");

    let server = Server::start(folder.path());
    let credentials = json!({ "org": "Acme Ltd", "name": login, "password": password });
    let (status, session) = server.post("/api/v1/sessions", "", &credentials).await;
    assert_eq!(status, StatusCode::CREATED, "{session}");
    let me = server.json("/api/v1/me", session["token"].as_str().expect("a token")).await;
    assert_eq!(me["org"]["name"], "Acme Ltd");
    assert!(server.stop().success());
}
