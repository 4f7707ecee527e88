//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tandem_proto::api::{OrgLimit, UnknownLimit};

use crate::{Config, Settings, StartError};

/// Communications server: chat, telephony and contact centre in one program.
#[derive(Clone, Debug, Parser)]
#[command(name = "tandem", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Configuration file [default: ./tandem.toml, where there is one]
    #[arg(long, global = true, env = "TANDEM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Flags and environment.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug, Subcommand)]
pub enum Command {
    /// Runs the server
    Serve,
    /// Prints the configuration in effect, secrets masked
    Config,
    /// Checks whether the server could start here, and says what is wrong
    Doctor,
    /// Brings the database up to date and ends
    Migrate,
    /// Makes the demo organisation of `--demo` in the database, writes DIR/demo.json and ends: for several nodes
    Demo,
    /// Makes organisations and lists them
    Org {
        /// What to do.
        #[command(subcommand)]
        org: OrgCommand,
    },
    /// Says whether anything was changed in the audit entries, and prints what shows it later. The server may run meanwhile
    Audit {
        /// What to do.
        #[command(subcommand)]
        audit: AuditCommand,
    },
    /// Makes the certificates by which nodes know each other
    Ca {
        /// What to do.
        #[command(subcommand)]
        ca: CaCommand,
    },
    /// Makes master keys, and puts organisations under new keys
    Keys {
        /// What to do.
        #[command(subcommand)]
        keys: KeysCommand,
    },
    /// Asks the server that runs here whether it is ready; exit code 0 if it is
    Health,
    /// Writes everything there is to a file; a folder gets copies of the blobs too. The server may run meanwhile
    Backup {
        /// File that is not there yet, or folder (that is there, or ends with /)
        #[arg(value_name = "FILE|DIR")]
        to: PathBuf,
        /// Checks a back-up in place of making one
        #[arg(long)]
        verify: bool,
        /// Where the keys go, without which the back-up cannot be restored [default: beside it, FILE.keys or DIR/tandem.keys]
        #[arg(long = "keys", value_name = "FILE")]
        keys_file: Option<PathBuf>,
    },
    /// Reads a back-up into an empty database, of either kind, and compares
    Restore {
        /// What `backup` wrote
        #[arg(value_name = "FILE|DIR")]
        from: PathBuf,
        /// The newest file of keys [default: beside it]
        #[arg(long = "keys", value_name = "FILE")]
        keys_file: Option<PathBuf>,
    },
}

/// What to do with audit entries.
#[derive(Clone, PartialEq, Eq, Debug, Subcommand)]
pub enum AuditCommand {
    /// Prints the last entry of each organisation: id, number and hash. Keep them where the database's administrators cannot write
    Head,
    /// Looks at every entry; exit code 0 if all are as they were written
    Verify {
        /// One organisation's alone, by its id
        #[arg(long, value_name = "ORG")]
        org: Option<String>,
        /// What `audit head` printed before, once or several times: shows whether the newest entries were taken away
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
}

/// What to do with keys.
#[derive(Clone, PartialEq, Eq, Debug, Subcommand)]
pub enum KeysCommand {
    /// Writes a file with a new master key, for `--master-key-file`
    New {
        /// File that is not there yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Writes a file with a new key by which regions tell each other of their organisations, for `--region-key-file`
    Region {
        /// File that is not there yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Prints a new master key, a line for a file that has one already
    Print {
        /// What it is called: letters, digits, '-', '_' or '.'
        #[arg(value_name = "KEY-NAME")]
        key_name: String,
    },
    /// Gives every organisation a new key, on the database itself: beside nodes that run, or, on SQLite, while no server does
    Rotate,
}

/// What to do with organisations.
#[derive(Clone, PartialEq, Eq, Debug, Subcommand)]
pub enum OrgCommand {
    /// Makes an organisation and its first administrator, and prints the password they sign in with
    Create {
        /// Its name, which nobody else has; people give it when they sign in
        #[arg(value_name = "NAME")]
        organisation: String,
        /// The administrator's login name
        #[arg(long, default_value = "admin", value_name = "NAME")]
        login: String,
        /// The administrator's name, to be shown
        #[arg(long, default_value = "Administrator", value_name = "NAME")]
        display_name: String,
        /// How many of a thing it may have, where that is not what every organisation may: people=500; any number of times
        #[arg(long = "limit", value_name = "THING=NUMBER", value_parser = limit)]
        limits: Vec<(OrgLimit, u32)>,
    },
    /// Shows how many of a thing an organisation may have and has, after setting what is said
    Limits {
        /// Its name
        #[arg(value_name = "NAME")]
        organisation: String,
        /// Sets one: people=500; any number of times
        #[arg(long = "set", value_name = "THING=NUMBER", value_parser = limit)]
        limits: Vec<(OrgLimit, u32)>,
    },
    /// Lists organisations, oldest first: id and name
    List,
}

/// What to do with certificates of nodes.
#[derive(Clone, PartialEq, Eq, Debug, Subcommand)]
pub enum CaCommand {
    /// Makes an authority: DIR/ca.crt for every node, DIR/ca.key for nobody else
    Init {
        /// Folder; it is made if it is not there
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Makes the certificate and key of the node that `--name` names: DIR/NAME.crt and DIR/NAME.key. An earlier one is replaced
    Issue {
        /// Folder of the authority
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// An address of the node, beside its name; any number of times
        #[arg(long, value_name = "IP")]
        ip: Vec<std::net::IpAddr>,
        /// How long it is valid
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=398), value_name = "DAYS")]
        days: u16,
    },
}

/// Reads `people=500`.
fn limit(text: &str) -> Result<(OrgLimit, u32), String> {
    let (name, value) = text.split_once('=').ok_or("must be THING=NUMBER, as people=500")?;
    let limit = name.parse().map_err(|error: UnknownLimit| error.to_string())?;
    let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
    Ok((limit, value))
}

impl Cli {
    /// The configuration in effect: flags, then environment, then file, then defaults.
    ///
    /// # Errors
    /// [`StartError::Config`], naming what to change.
    pub fn effective(&self) -> Result<Config, StartError> {
        let path = self.config.clone().unwrap_or_else(|| PathBuf::from("tandem.toml"));
        let file = Settings::from_file(&path, self.config.is_some())?;
        Config::check(self.settings.clone().or(file))
    }
}
