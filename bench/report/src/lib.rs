//! Results as a table with bars for people, and as JSON for whoever compares runs.

use std::{borrow::Cow, fs, io, path::Path};

use serde::Serialize;

/// How wide a bar is at its longest.
const BAR: usize = 40;
/// How wide names are.
const WIDE: usize = 58;

/// One result, the median of its rounds.
#[derive(Debug, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: Cow<'static, str>,
    /// Unit of every figure.
    pub unit: &'static str,
    /// Ours.
    pub ours: f64,
    /// Another program's, in the same run.
    pub peer: Option<f64>,
    /// Which program.
    pub peer_name: Option<&'static str>,
    /// What the machine allows at best.
    pub floor: Option<f64>,
    /// What ours should reach.
    pub goal: Option<f64>,
    /// Whether it does.
    pub pass: Option<bool>,
}

impl Row {
    /// A result that should reach `goal`.
    pub fn at_least(name: impl Into<Cow<'static, str>>, unit: &'static str, ours: f64, goal: f64) -> Self {
        Self { goal: Some(goal), pass: Some(ours >= goal), ..Self::plain(name, unit, ours) }
    }

    /// A result that should stay below `goal`.
    pub fn at_most(name: impl Into<Cow<'static, str>>, unit: &'static str, ours: f64, goal: f64) -> Self {
        Self { goal: Some(goal), pass: Some(ours <= goal), ..Self::plain(name, unit, ours) }
    }

    /// A result without a goal.
    pub fn plain(name: impl Into<Cow<'static, str>>, unit: &'static str, ours: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            ours,
            peer: None,
            peer_name: None,
            floor: None,
            goal: None,
            pass: None,
        }
    }

    /// Whose result the goal is.
    #[must_use]
    pub fn goal_of(self, peer: &'static str) -> Self {
        Self { peer: self.goal, peer_name: Some(peer), ..self }
    }

    /// Beside a peer, whose `share` ours should stay below.
    #[must_use]
    pub fn at_most_of(self, share: f64, peer: f64, peer_name: &'static str) -> Self {
        let goal = share * peer;
        Self {
            peer: Some(peer),
            peer_name: Some(peer_name),
            goal: Some(goal),
            pass: Some(self.ours <= goal),
            ..self
        }
    }

    /// With the best the machine could do.
    #[must_use]
    pub fn floor(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value that `share` of the values do not exceed.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((values.len() as f64 - 1.0) * share).round() as usize;
    values.get(index).copied().unwrap_or(f64::NAN)
}

/// Prints the table and writes `path`.
#[expect(clippy::print_stdout, reason = "this is what the program is for")]
pub fn publish(rows: &[Row], path: &Path) -> io::Result<()> {
    println!("{:<WIDE$} {:>12} {:>12} {:>12} {:>12}  {:<9}", "", "ours", "goal", "peer", "floor", "unit");
    for row in rows {
        let verdict = match row.pass {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        let (goal, peer, floor) = (number(row.goal), number(row.peer), number(row.floor));
        println!(
            "{:<WIDE$} {:>12} {goal:>12} {peer:>12} {floor:>12}  {:<9} {verdict}",
            row.name,
            number(Some(row.ours)),
            row.unit
        );
        let longest = row.goal.into_iter().chain(row.peer).chain(row.floor).fold(row.ours, f64::max);
        let values = [("ours", Some(row.ours)), ("goal", row.goal), ("peer", row.peer), ("floor", row.floor)];
        for (what, value) in values {
            if let Some(value) = value {
                println!("  {what:<6}{}", bar(value / longest));
            }
        }
        if let Some(peer) = row.peer_name {
            println!("  peer: {peer}");
        }
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, serde_json::to_string_pretty(rows)?)
}

fn bar(share: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a length"
    )]
    let length = (share * BAR as f64).round() as usize;
    "█".repeat(length.clamp(1, BAR))
}

fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value >= 100.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.2}"),
    }
}
