//! `runner man`: pages that `man` shows without a warning.

use std::fs;
use std::process::Command;

use crate::support::{Runner, output};

#[test]
fn every_command_has_a_page_without_mistakes() {
    let ran = Runner::new().args(["man", "man1"]).success();
    let folder = ran.project.path().join("man1");
    let mut pages: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for page in [
        "runner.1",
        "runner-help.1",
        "runner-sandbox.1",
        "runner-tunnel.1",
    ] {
        assert!(
            pages.iter().any(|name| name == page),
            "no {page} in {pages:?}"
        );
    }
    for page in pages {
        let file = folder.join(&page);
        // A warning is about an empty line that clap_mangen makes twice.
        let lint = output(
            Command::new("mandoc")
                .args(["-T", "lint", "-W", "error"])
                .arg(&file),
        );
        assert_eq!(String::from_utf8_lossy(&lint.stdout), "", "{page}");
        let shown = output(
            Command::new("man")
                .args(["--warnings", "--encoding=UTF-8", "--local-file"])
                .arg(&file)
                .env("LC_ALL", "C.UTF-8")
                .env("MANWIDTH", "80"),
        );
        assert_eq!(String::from_utf8_lossy(&shown.stderr), "", "{page}");
        let name = page.strip_suffix(".1").unwrap();
        let text = String::from_utf8_lossy(&shown.stdout).replace('\u{2010}', "-");
        assert!(text.contains(&format!("{name}(1)")), "{page}:\n{text}");
        assert!(
            text.contains("NAME") && text.contains("SYNOPSIS"),
            "{page}:\n{text}"
        );
    }
}

#[test]
fn the_first_page_tells_of_playbooks_files_and_exit_codes() {
    let ran = Runner::new().args(["man", "."]).success();
    let page = fs::read_to_string(ran.project.path().join("runner.1")).unwrap();
    for text in ["PLAYBOOKS", "runner.toml", "EXIT STATUS", "FILE"] {
        assert!(page.contains(text), "no {text} in\n{page}");
    }
}
