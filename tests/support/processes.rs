//! The processes of this machine, out of /proc.

use std::fs;

/// The processes that `parent` started and that have not ended.
pub fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // "12 (the name) S 1 ..."; the name may hold anything, and Z is one that has ended.
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        fields.next() != Some("Z") && fields.next() == Some(&parent.to_string())
    };
    all().filter(is_child).collect()
}

/// The command lines of the processes whose environment holds `text`.
pub fn with_environment(text: &str) -> Vec<String> {
    all()
        .filter(|pid| read(*pid, "environ").contains(text))
        .map(|pid| read(pid, "cmdline"))
        .collect()
}

/// The command lines that hold `text`.
pub fn with_argument(text: &str) -> Vec<String> {
    let lines = all().map(|pid| read(pid, "cmdline"));
    lines.filter(|line| line.contains(text)).collect()
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
}

/// Empty for a process that has ended meanwhile, or is somebody else's.
fn read(pid: u32, file: &str) -> String {
    let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}
