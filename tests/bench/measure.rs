//! What one command costs: wall time, CPU time of it and its children, peak memory of it alone.

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
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{command:?}: {status}");
    Figures {
        wall: begun.elapsed().as_secs_f64(),
        cpu: children_cpu() - cpu,
        peak_mb,
    }
}

pub fn median(of: &[Figures], get: impl Fn(&Figures) -> f64) -> f64 {
    let mut values: Vec<f64> = of.iter().map(get).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
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
fn peak(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}
