//! An upload of a gigabyte beside scp.

use std::fs::{self, File};
use std::io::Write as _;

use crate::measure::{Comparison, Figure, Limit, from_env, measure};
use crate::scene::Scene;

const MEGABYTES: u64 = 1024;

const SCP: &str = r#"scp -q -F "$SSH_CONFIG" -c "$CIPHER" "$SCRATCH/file" "jump:$SCRATCH/there""#;

pub fn run(scene: &Scene) {
    let file = scene.path("file");
    let there = scene.path("there");
    write(&mut File::create(&file).unwrap());
    let playbook = format!(
        "host('jump'):upload('{}', '{}')",
        file.display(),
        there.display()
    );
    let moved = |command| {
        let figures = measure(command);
        let size = fs::metadata(&there).unwrap().len();
        assert_eq!(size, fs::metadata(&file).unwrap().len());
        fs::remove_file(&there).unwrap();
        figures
    };
    let comparison = Comparison::of(
        "upload / scp",
        scene.rounds,
        || moved(scene.runner(&scene.over_tcp(), &playbook)),
        || moved(scene.script(SCP)),
    );
    comparison.print(&Figure {
        name: "wall s",
        get: |figures| figures.wall,
        limit: Some(Limit::Ratio(1.0)),
    });
}

fn write(file: &mut File) {
    let block: Vec<u8> = (0..1 << 20).map(|_| rand::random()).collect();
    for _ in 0..from_env("BENCH_MEGABYTES", MEGABYTES) {
        file.write_all(&block).unwrap();
    }
    file.sync_all().unwrap();
}
