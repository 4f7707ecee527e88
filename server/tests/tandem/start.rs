//! Starting and not starting: what is wrong is said in one line, with its own exit code.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::support::{FREE_PORTS, Server, run, tandem};

#[test]
fn a_broken_file_is_named_with_line_and_key() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("tandem.toml"), "demo = true\n\nhtpt = \"127.0.0.1:0\"\n").expect("written");
    let mut command = tandem(folder.path());
    command.arg("serve");
    let (code, _, stderr) = run(command);
    assert_eq!(code, 2);
    assert!(stderr.starts_with("tandem: tandem.toml:3: unknown field `htpt`"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn wrong_values_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for (flag, value, expected) in [
        ("--http", "8080", "tandem: http: "),
        ("--rtp-ports", "5-4", "tandem: rtp_ports: "),
        ("--public-ip", "here", "tandem: public_ip: "),
        ("--database", "mysql:x", "tandem: database: "),
        ("--log", "[[", "tandem: log: "),
        ("--config", "missing.toml", "tandem: cannot read missing.toml: "),
    ] {
        let mut command = tandem(folder.path());
        command.args(["serve", flag, value]);
        let (code, _, stderr) = run(command);
        assert_eq!(code, 2, "{flag}: {stderr}");
        assert!(stderr.starts_with(expected), "{stderr}");
    }
}

#[test]
fn a_port_in_use_is_named_with_its_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    for flag in ["--http", "--admin", "--sip"] {
        let mut command = tandem(folder.path());
        command.args(["serve", "--log", "warn"]);
        for pair in FREE_PORTS.chunks(2) {
            command.args([pair[0], if pair[0] == flag { address.as_str() } else { pair[1] }]);
        }
        let (code, _, stderr) = run(command);
        assert_eq!(code, 3, "{flag}: {stderr}");
        assert!(stderr.contains(&address) && stderr.contains(flag) && stderr.contains("in use"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "").expect("written");
    let mut command = tandem(folder.path());
    command.args(["serve", "--data", "file/data"]).args(FREE_PORTS);
    let (code, _, stderr) = run(command);
    assert_eq!(code, 4);
    assert!(stderr.starts_with("tandem: cannot use the data folder file/data: "), "{stderr}");
}

#[test]
fn one_data_folder_serves_one_server_and_keeps_its_demo() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mode = fs::metadata(server.data().join("demo.json")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let mut second = tandem(folder.path());
    second.args(["serve", "--log", "error"]).args(FREE_PORTS);
    let (code, _, stderr) = run(second);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.starts_with("tandem: cannot use the data folder ./data: "), "{stderr}");

    let (data, logins, queues) =
        (server.data().to_owned(), server.demo["users"].clone(), server.demo["queues"].clone());
    assert!(server.stop().success());
    assert!(!data.join("runtime.json").exists(), "a stopped server listens nowhere");

    let again = Server::start(folder.path());
    assert_eq!((&again.demo["users"], &again.demo["queues"]), (&logins, &queues));
    assert_eq!(again.demo["http"], format!("http://{}", again.http()));
}

#[test]
fn flags_come_before_the_environment_before_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "http = \"127.0.0.1:1001\"\nsip = \"127.0.0.1:1001\"\nmedia = \"127.0.0.1:1001\"\n";
    fs::write(folder.path().join("tandem.toml"), file).expect("written");
    let mut command = tandem(folder.path());
    command.env("TANDEM_HTTP", "127.0.0.1:1002").env("TANDEM_SIP", "127.0.0.1:1002");
    command.args(["config", "--http", "127.0.0.1:1003"]);
    let (code, stdout, _) = run(command);
    assert_eq!(code, 0);
    for line in [
        "http = \"127.0.0.1:1003\"",
        "sip = \"127.0.0.1:1002\"",
        "media = \"127.0.0.1:1001\"",
        "admin = \"127.0.0.1:8081\"",
    ] {
        assert!(stdout.lines().any(|printed| printed == line), "{line} in {stdout}");
    }
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = tandem(folder.path());
    command.arg("doctor").args(FREE_PORTS);
    let (code, stdout, _) = run(command);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.lines().all(|line| line.starts_with("ok ") || line.starts_with("WARN ")), "{stdout}");
    assert!(stdout.contains("ok    codecs"), "{stdout}");

    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let mut command = tandem(folder.path());
    command.args(["doctor", "--http", &address]).args(&FREE_PORTS[2..]);
    let (code, stdout, _) = run(command);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains(&format!("FAIL  HTTP on {address}/tcp: ")), "{stdout}");
}

#[test]
fn migrating_makes_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let mut command = tandem(folder.path());
        command.arg("migrate");
        let (code, stdout, stderr) = run(command);
        assert_eq!((code, stdout.as_str()), (0, "sqlite:./data/tandem.db is up to date\n"), "{stderr}");
    }
}
