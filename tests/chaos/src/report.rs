//! Figures beside their goals: a table for people, JSON for programs.

use std::{fmt::Write as _, time::Duration};

use serde::Serialize;

/// A measured value and what it should be.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What.
    pub name: String,
    /// In what.
    pub unit: &'static str,
    /// Measured; absent when there was nothing to measure.
    pub ours: Option<f64>,
    /// DESIGN §5's figure, as an upper bound; absent for what is only told.
    pub goal: Option<f64>,
    /// Whether it is met.
    pub pass: Option<bool>,
    /// Whether missing it fails the scenario.
    pub must: bool,
    /// How many it was measured over: 0 lost in N shows p < 3/N.
    pub n: u64,
}

impl Figure {
    /// Something to know.
    pub fn told(name: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self { name: name.into(), unit, ours: Some(ours), goal: None, pass: None, must: false, n: 0 }
    }

    /// Something that must be at most `goal`.
    pub fn at_most(name: impl Into<String>, unit: &'static str, ours: Option<f64>, goal: f64) -> Self {
        let pass = ours.map(|ours| ours <= goal);
        Self { name: name.into(), unit, ours, goal: Some(goal), pass, must: true, n: 0 }
    }

    /// Something there must be none of.
    pub fn none(name: impl Into<String>, ours: u64, n: u64) -> Self {
        Self { n, ..Self::at_most(name, "", Some(ours as f64), 0.0) }
    }

    /// Measured over so many.
    #[must_use]
    pub fn over(self, n: u64) -> Self {
        Self { n, ..self }
    }

    /// A goal that does not fail the scenario.
    #[must_use]
    pub fn wished(self) -> Self {
        Self { must: false, ..self }
    }
}

/// What a scenario found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Its name.
    pub scenario: String,
    /// What it did, in a line.
    pub story: String,
    /// What it measured.
    pub figures: Vec<Figure>,
    /// What somebody should look at.
    pub findings: Vec<String>,
}

/// Findings printed; the rest is in the JSON.
const FINDINGS: usize = 12;

impl Report {
    /// Nothing measured.
    pub fn new(scenario: &str, story: impl Into<String>) -> Self {
        Self { scenario: scenario.to_owned(), story: story.into(), figures: Vec::new(), findings: Vec::new() }
    }

    /// Adds a figure.
    pub fn figure(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// Adds something to look at.
    pub fn finding(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// Median, 99th percentile and maximum in milliseconds, each with its goal where it has one.
    pub fn spread(&mut self, name: &str, values: &[Duration], goals: [Option<f64>; 3]) {
        self.spread_with_slack(name, values, goals, Duration::ZERO);
    }

    /// The same where the meter itself may be so late: a goal is missed by more than that.
    pub fn spread_with_slack(
        &mut self,
        name: &str,
        values: &[Duration],
        goals: [Option<f64>; 3],
        slack: Duration,
    ) {
        let (n, slack) = (values.len() as u64, slack.as_secs_f64() * 1_000.0);
        for ((which, share), goal) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)].into_iter().zip(goals) {
            let ours = quantile(values, share).map(|value| value.as_secs_f64() * 1_000.0);
            let name = format!("{name} {which}");
            self.figure(match (goal, ours) {
                (Some(goal), ours) => {
                    let pass = ours.map(|ours| ours <= goal + slack);
                    Figure { pass, n, ..Figure::at_most(name, "ms", ours, goal) }
                }
                (None, Some(ours)) => Figure::told(name, "ms", ours).over(n),
                (None, None) => continue,
            });
        }
    }

    /// Whether no goal that must be met was missed.
    pub fn passes(&self) -> bool {
        self.figures.iter().all(|figure| !figure.must || figure.pass != Some(false))
    }

    /// As a table.
    pub fn table(&self) -> String {
        let mut out = format!("\n{} · {}\n", self.scenario, self.story);
        let width = self.figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
        let _ = writeln!(out, "  {:width$}  {:>12}  {:>10}  {:>6}", "", "measured", "goal", "N");
        for figure in &self.figures {
            let number = |value: Option<f64>| {
                value.map_or_else(|| "–".to_owned(), |value| with_unit(value, figure.unit))
            };
            let goal =
                figure.goal.map_or_else(String::new, |goal| format!("≤ {}", with_unit(goal, figure.unit)));
            let n = if figure.n == 0 { String::new() } else { figure.n.to_string() };
            let verdict = match (figure.pass, figure.must) {
                (Some(true), _) => "ok",
                (Some(false), true) => "MISSED",
                (Some(false), false) => "missed",
                (None, _) => "",
            };
            let (name, ours) = (&figure.name, number(figure.ours));
            let _ = writeln!(out, "  {name:width$}  {ours:>12}  {goal:>10}  {n:>6}  {verdict}");
        }
        for finding in self.findings.iter().take(FINDINGS) {
            let _ = writeln!(out, "  · {finding}");
        }
        if self.findings.len() > FINDINGS {
            let _ = writeln!(out, "  · and {} more (see the JSON)", self.findings.len() - FINDINGS);
        }
        out
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    let digits = if value.fract() == 0.0 || value >= 100.0 { 0 } else { 1 };
    if unit.is_empty() { format!("{value:.digits$}") } else { format!("{value:.digits$} {unit}") }
}

/// The value below which a share of them lies: the nearest one measured.
pub fn quantile(values: &[Duration], share: f64) -> Option<Duration> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_measured_values() {
        let ms = Duration::from_millis;
        let values: Vec<Duration> = (1..=100).rev().map(ms).collect();
        assert_eq!(quantile(&values, 0.5), Some(ms(50)));
        assert_eq!(quantile(&values, 0.99), Some(ms(99)));
        assert_eq!(quantile(&values, 1.0), Some(ms(100)));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn only_a_missed_must_fails() {
        let mut report = Report::new("a", "b");
        report.figure(Figure::told("told", "", 3.0));
        report.figure(Figure::none("wished", 1, 5).wished());
        report.spread("nothing", &[], [None, Some(5.0), None]);
        let ms = Duration::from_millis;
        report.spread_with_slack("late meter", &[ms(70)], [None, None, Some(60.0)], ms(15));
        assert!(report.passes(), "{}", report.table());
        report.figure(Figure::none("must", 1, 5));
        assert!(!report.passes());
        assert!(report.table().contains("MISSED"));
    }
}
