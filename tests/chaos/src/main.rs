//! `tandem-chaos`: carries scenarios out and prints what they found beside DESIGN §5's figures.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use tandem_chaos::{
    report::Report,
    scenarios::{self, Options},
};
use tokio::task::LocalSet;

/// Kills, stops and starves Tandem under load, and says what was lost.
#[derive(Debug, Parser)]
struct Args {
    /// The program under test
    #[arg(long, default_value = "target/release/tandem")]
    bin: PathBuf,
    /// cluster.json of a cluster that runs; each scenario starts one of its own, if none is given
    #[arg(long, value_name = "FILE")]
    cluster: Option<PathBuf>,
    /// What starts a cluster
    #[arg(long, value_name = "FILE", default_value = "scripts/cluster.mjs")]
    script: PathBuf,
    /// Only scenarios of one process
    #[arg(long)]
    single: bool,
    /// Which scenarios; all that can be carried out, if none is named
    #[arg(long)]
    scenario: Vec<String>,
    /// How often the thing is done
    #[arg(long, default_value_t = 20)]
    times: usize,
    /// Calls that are up meanwhile
    #[arg(long, default_value_t = 20)]
    calls: usize,
    /// People who write meanwhile
    #[arg(long, default_value_t = 4)]
    writers: usize,
    /// Customers who call the queue meanwhile
    #[arg(long, default_value_t = 5)]
    customers: usize,
    /// Folder for the data of single processes; removed afterwards, if none is given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the figures go as JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Lists the scenarios
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    match carry_out(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tandem-chaos: {error}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(args: &Args) -> Result<bool, Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    if args.list {
        for (name, cluster) in scenarios::ALL {
            writeln!(out, "{name}{}", if *cluster { "  (a cluster)" } else { "" })?;
        }
        return Ok(true);
    }
    let options = Options {
        bin: args.bin.clone(),
        cluster: args.cluster.clone(),
        script: args.script.clone(),
        times: args.times,
        calls: args.calls,
        writers: args.writers,
        customers: args.customers,
        data: args.data.clone(),
    };
    let names: Vec<String> = if args.scenario.is_empty() {
        let possible = scenarios::ALL.iter().filter(|(_, cluster)| !(args.single && *cluster));
        possible.map(|(name, _)| (*name).to_owned()).collect()
    } else {
        args.scenario.clone()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut reports, mut failed) = (Vec::new(), false);
    for name in names {
        match LocalSet::new().block_on(&runtime, scenarios::run(&name, &options)) {
            Ok(report) => {
                write!(out, "{}", report.table())?;
                out.flush()?;
                failed |= !report.passes();
                reports.push(report);
            }
            Err(error) => {
                writeln!(out, "\n{name} · could not be carried out: {error}")?;
                failed = true;
            }
        }
    }
    if let Some(path) = &args.out {
        save(path, &reports)?;
    }
    Ok(!failed)
}

fn save(path: &Path, reports: &[Report]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_vec_pretty(reports)?)
}
