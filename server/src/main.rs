//! `tandem`, the server: reads the configuration, builds the parts, connects them, and drains them on shutdown.

mod asyncapi;
mod audit;
mod backup;
mod ca;
mod client;
mod compose;
mod demo;
mod docs;
mod doctor;
mod health;
mod http;
mod jobs;
mod keys;
mod nodes;
mod openapi;
mod org;
mod regions;
mod restore;
mod serve;

use std::{io::Write, process::ExitCode};

use clap::Parser;
use tandem_setup::{Cli, Command, Config, Settings, StartError, Traces};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tandem: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, StartError> {
    let config = match &cli.command {
        // It runs where no server does, perhaps with half of one's settings.
        Command::Ca { .. } => Config::check(Settings::default())?,
        _ => cli.effective()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::Failed(format!("the runtime cannot start: {error}")))?;
    match &cli.command {
        Command::Config => say(&config.to_string()).map(|()| ExitCode::SUCCESS),
        Command::Doctor => runtime.block_on(doctor::examine(&config)),
        Command::Migrate => runtime.block_on(async {
            let store = compose::node::open_store(&config).await?;
            store.close().await;
            say(&format!("{} is up to date", config.database)).map(|()| ExitCode::SUCCESS)
        }),
        Command::Demo => {
            tandem_setup::init_logs(&config.log, None)?;
            runtime.block_on(serve::make_demo(config)).map(|()| ExitCode::SUCCESS)
        }
        Command::Org { org } => runtime.block_on(org::run(&config, org)).map(|()| ExitCode::SUCCESS),
        Command::Audit { audit } => runtime.block_on(audit::run(&config, audit)),
        Command::Ca { ca } => ca::run(ca, cli.settings.name.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Health => runtime.block_on(health::ask(&config)),
        Command::Keys { keys } => runtime.block_on(keys::run(&config, keys)).map(|()| ExitCode::SUCCESS),
        Command::Backup { to, verify: false, keys_file } => {
            runtime.block_on(backup::make(&config, to, keys_file.as_deref()))
        }
        Command::Backup { to, verify: true, .. } => backup::check(to),
        Command::Restore { from, keys_file } => {
            runtime.block_on(restore::restore(&config, from, keys_file.as_deref()))
        }
        Command::Serve => {
            let traces = Traces::start(&config, env!("CARGO_PKG_VERSION"))?;
            tandem_setup::init_logs(&config.log, traces.as_ref())?;
            let served = runtime.block_on(serve::serve(config));
            if let Some(traces) = traces {
                traces.finish();
            }
            served.map(|()| ExitCode::SUCCESS)
        }
    }
}

/// Writes a line to stdout.
fn say(line: &str) -> Result<(), StartError> {
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| StartError::Failed(format!("stdout cannot be written: {error}")))
}
