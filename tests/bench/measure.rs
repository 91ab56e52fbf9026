//! What one command costs: wall time, CPU time of it and its children, peak memory of it alone; and two commands
//! beside each other.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Seconds.
    pub wall: f64,
    /// Seconds, user and system.
    pub cpu: f64,
    pub peak_mb: f64,
}

pub fn measure(mut command: Command) -> Figures {
    let cpu = children_cpu();
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut peak_mb: f64 = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        peak_mb = peak_mb.max(peak(child.id()));
        // Too seldom for what takes milliseconds, else too often.
        std::thread::sleep(
            begun
                .elapsed()
                .div_f64(500.0)
                .min(Duration::from_millis(20)),
        );
    };
    assert!(status.success(), "{command:?}: {status}");
    Figures {
        wall: begun.elapsed().as_secs_f64(),
        cpu: children_cpu() - cpu,
        peak_mb,
    }
}

/// What we do and what is done otherwise, measured in turn.
pub struct Comparison {
    pub name: String,
    rounds: Vec<(Figures, Figures)>,
}

/// A figure of both, and the most that ours may be.
pub struct Figure {
    pub name: &'static str,
    pub get: fn(&Figures) -> f64,
    pub limit: Option<Limit>,
}

#[derive(Clone, Copy)]
#[allow(dead_code, reason = "some benchmarks have goals of one kind only")]
pub enum Limit {
    /// Of theirs.
    Ratio(f64),
    /// By itself, in the figure's own unit.
    Ours(f64),
}

impl Limit {
    fn verdict(self, ours: f64, ratio: f64) -> String {
        let (limit, is_met) = match self {
            Self::Ratio(limit) => (format!("{limit:.2}"), ratio <= limit),
            Self::Ours(limit) => (format!("{limit} ours"), ours <= limit),
        };
        let verdict = if is_met { "met" } else { "MISSED" };
        format!("   at most {limit}: {verdict}")
    }
}

impl Comparison {
    /// `ours` and `theirs` once in each round.
    pub fn of(
        name: impl Into<String>,
        rounds: usize,
        mut ours: impl FnMut() -> Figures,
        mut theirs: impl FnMut() -> Figures,
    ) -> Self {
        Self {
            name: name.into(),
            rounds: (0..rounds).map(|_| (ours(), theirs())).collect(),
        }
    }

    /// Prints medians, their ratio, and the lowest and highest ratio of a round.
    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    pub fn print(&self, figure: &Figure) {
        let of = |side: fn(&(Figures, Figures)) -> Figures| {
            median(self.rounds.iter().map(|round| (figure.get)(&side(round))))
        };
        let (ours, theirs) = (of(|round| round.0), of(|round| round.1));
        let ratios = self.rounds.iter();
        let mut ratios: Vec<f64> = ratios
            .map(|(ours, theirs)| (figure.get)(ours) / (figure.get)(theirs))
            .collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = ours / theirs;
        let verdict = figure.limit.map(|limit| limit.verdict(ours, ratio));
        let verdict = verdict.unwrap_or_default();
        println!(
            "{:<44} {:<11} {ours:9.3} {theirs:9.3}   {ratio:5.2}   {:5.2} to {:5.2}{verdict}",
            self.name,
            figure.name,
            ratios[0],
            ratios[ratios.len() - 1],
        );
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub fn print_head() {
    println!(
        "{:<44} {:<11} {:>9} {:>9}   ratio   of the rounds",
        "", "", "ours", "theirs"
    );
}

fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = of.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A number that a variable of the environment changes.
pub fn from_env(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| {
            let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
            Duration::from_micros(micros.unsigned_abs()).as_secs_f64()
        })
        .sum()
}

/// The high-water mark of resident memory, 0 once the process is gone.
pub fn peak(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}
