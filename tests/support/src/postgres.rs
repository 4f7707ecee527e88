//! A private PostgreSQL, alone or as a primary with a synchronous standby.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;

use crate::process::{Process, as_user, free_port, installed, is_root};

/// Who runs the server if this process is root's.
const USER: &str = "postgres";
/// Where distributions put the programs.
const PLACES: &[&str] = &[
    "/usr/lib/postgresql/18/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/pgsql/bin",
    "/usr/local/bin",
];
/// Commits survive a power cut, as in earnest; small files, so that a server is made fast.
const SETTINGS: &str = "
    listen_addresses = '127.0.0.1'
    fsync = on
    full_page_writes = on
    shared_buffers = 32MB
    max_connections = 300
    max_wal_size = 256MB
    wal_level = replica
    max_wal_senders = 4
    hot_standby = on
    log_min_messages = warning
    timezone = 'UTC'
";

/// A PostgreSQL server, with the ordinary role `tandem` (password `tandem`) and its database `tandem`.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    port: u16,
    process: Option<Process>,
    databases: AtomicU32,
    /// Settings given on the command line.
    extra: Vec<String>,
}

impl Postgres {
    /// Starts one.
    pub fn start() -> Self {
        let mut server = Self::new();
        run(as_user(Some(USER), &program("initdb")).arg("-D").arg(server.data()).args([
            "--username=postgres",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--wal-segsize=4",
            "--no-sync",
        ]));
        let file = server.data().join("postgresql.conf");
        let settings = fs::read_to_string(&file).expect("initdb wrote it");
        fs::write(&file, settings + SETTINGS).expect("writable");
        let hba = server.data().join("pg_hba.conf");
        let rules = fs::read_to_string(&hba).expect("initdb wrote it");
        fs::write(&hba, "host replication postgres 127.0.0.1/32 trust\n".to_owned() + &rules)
            .expect("writable");
        server.restart();
        server.admin("postgres", "CREATE ROLE tandem LOGIN PASSWORD 'tandem'");
        server.admin("postgres", "CREATE DATABASE tandem OWNER tandem");
        server
    }

    /// Starts a primary and a standby without which nothing is acknowledged.
    pub fn start_pair() -> Pair {
        let mut primary = Self::start();
        let mut standby = Self::new();
        run(as_user(Some(USER), &program("pg_basebackup"))
            .arg("-D")
            .arg(standby.data())
            .args(["-h", "127.0.0.1", "-p", &primary.port.to_string(), "-U", "postgres", "-w"])
            .args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]));
        standby.restart();
        primary.extra = vec!["-c".to_owned(), "synchronous_standby_names=*".to_owned()];
        primary.restart();
        // Commits wait for the standby from here on: this returns when it follows.
        primary.admin("tandem", "CREATE TABLE follows (at bigint); DROP TABLE follows");
        Pair { primary, standby }
    }

    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tandem-pg-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("ours");
        if is_root() {
            let (user, group) = ids();
            chown(folder.path(), Some(user), Some(group)).expect("root may");
        }
        Self { folder, port: free_port(), process: None, databases: AtomicU32::new(0), extra: Vec::new() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// `postgres://tandem:tandem@127.0.0.1:PORT/tandem`.
    pub fn url(&self) -> String {
        self.url_of("tandem")
    }

    /// The URL of one of its databases, as the role `tandem`.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://tandem:tandem@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a further database, owned by `tandem`; returns its URL.
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.admin("postgres", &format!("CREATE DATABASE {name} OWNER tandem"));
        self.url_of(&name)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL as the superuser; returns what it selects, a row a line, columns parted by `|`.
    pub fn admin(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(program("psql"));
        psql.args(["-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database])
            .arg("-h")
            .arg(self.folder.path())
            .args(["-p", &self.port.to_string(), "-c", sql]);
        run(&mut psql)
    }

    /// Takes the first wall between orgs away: whatever org a statement names, it finds the rows of all of them in these tables, as if
    /// it had forgotten to name one. From then on they can only be read.
    pub fn forget_orgs(&self, database: &str, tables: &[&str]) {
        for table in tables {
            let columns = self.admin(
                database,
                &format!(
                    "SELECT string_agg('t.' || quote_ident(column_name), ', ' ORDER BY ordinal_position) \
                     FROM information_schema.columns \
                     WHERE table_schema = 'public' AND table_name = '{table}' AND column_name <> 'org'"
                ),
            );
            // Read with the rights of whoever asks, and so behind the table's own wall.
            self.admin(
                database,
                &format!(
                    "ALTER TABLE {table} RENAME TO {table}_walled; \
                     CREATE VIEW {table} WITH (security_invoker = true) AS \
                     SELECT orgs.id AS org, {} FROM {table}_walled t CROSS JOIN orgs; \
                     GRANT SELECT ON {table} TO tandem",
                    columns.trim()
                ),
            );
        }
    }

    /// Takes the second wall between orgs away: row-level security, of every table.
    pub fn drop_walls(&self, database: &str) {
        self.admin(
            database,
            "DO $$ DECLARE wall record; BEGIN \
             FOR wall IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP \
             EXECUTE format('DROP POLICY %I ON %I', wall.policyname, wall.tablename); \
             EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', wall.tablename); \
             END LOOP; END $$",
        );
    }

    /// Kills the server with -9, with all its connections.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end("KILL");
            // The connections' processes notice, but not at once; a new server refuses to start beside them.
            while self.shared_memory_in_use() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    }

    /// Whether a process of this server still lives.
    fn shared_memory_in_use(&self) -> bool {
        let data = self.data();
        let Ok(processes) = fs::read_dir("/proc") else { return false };
        processes
            .flatten()
            .any(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|folder| folder == data))
    }

    /// Stops the server as an operator would (`fast`).
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end("INT");
        }
    }

    /// Starts it again at the same address, after an ordinary stop where needed.
    pub fn restart(&mut self) {
        self.stop();
        let log = self.folder.path().join("log");
        let folder = self.folder.path().display().to_string();
        let mut arguments = vec!["-D".to_owned(), self.data().display().to_string(), "-k".to_owned(), folder];
        arguments.extend(["-p".to_owned(), self.port.to_string()]);
        arguments.extend(self.extra.iter().cloned());
        let mut process = Process::spawn("postgres", Some(USER), &program("postgres"), &arguments, &log);
        let is_ready = || {
            let mut ask = Command::new(program("pg_isready"));
            ask.args(["-q", "-h"]).arg(self.folder.path()).args(["-p", &self.port.to_string()]);
            ask.status().is_ok_and(|status| status.success())
        };
        process.wait_until(&log, is_ready);
        self.process = Some(process);
    }

    /// Stops it in its tracks, as a machine that hangs (its connections' processes go on).
    pub fn freeze(&self) {
        self.process.iter().for_each(|process| process.signal("STOP"));
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.iter().for_each(|process| process.signal("CONT"));
    }

    /// Where its programs are: `pgbench`, `pg_dump`.
    pub fn program(name: &str) -> PathBuf {
        program(name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A primary and its synchronous standby.
#[derive(Debug)]
pub struct Pair {
    primary: Postgres,
    standby: Postgres,
}

impl Pair {
    /// Names both: `postgres://tandem:tandem@127.0.0.1:P1,127.0.0.1:P2/tandem`.
    pub fn url(&self) -> String {
        let (first, second) = (self.primary.port, self.standby.port);
        format!("postgres://tandem:tandem@127.0.0.1:{first},127.0.0.1:{second}/tandem")
    }

    /// The first server: primary until it is killed.
    pub fn primary(&self) -> &Postgres {
        &self.primary
    }

    /// The second server.
    pub fn standby(&self) -> &Postgres {
        &self.standby
    }

    /// Kills the primary with -9.
    pub fn kill_primary(&mut self) {
        self.primary.kill();
    }

    /// Makes the standby the primary; returns when it takes writes.
    pub fn promote(&self) {
        let promoted = self.standby.admin("postgres", "SELECT pg_promote(true, 30)");
        assert_eq!(promoted.trim(), "t", "the standby was not promoted");
    }
}

fn program(name: &str) -> PathBuf {
    installed(PLACES, name, "postgresql")
}

/// The numbers of [`USER`].
fn ids() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("readable");
    let line = users.lines().find(|line| line.split(':').next() == Some(USER));
    let mut fields = line.expect("the package postgresql makes the user").split(':').skip(2);
    let mut number = || fields.next().and_then(|field| field.parse().ok()).expect("a number");
    (number(), number())
}

/// Runs a program to its end; returns what it says.
fn run(command: &mut Command) -> String {
    let output = command.current_dir(Path::new("/")).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
