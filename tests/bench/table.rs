//! The table that is copied, on one cluster full and on another empty.

use std::path::Path;

use runner::sandbox::{Bin, Cluster, Options};

/// About 1.1 GB on disk.
pub const ROWS: u64 = 5_000_000;

pub const SCHEMA: &str = "CREATE TABLE bench (id integer PRIMARY KEY, name text, at timestamptz, doc jsonb, amount numeric)";
const FILL: &str = "INSERT INTO bench
  SELECT i, 'name of row ' || i || repeat('x', 40), timestamptz '2026-01-01' + i * interval '1 second',
         jsonb_build_object('n', i, 'tags', jsonb_build_array('a', 'b', i % 17), 'text', repeat('y', 30)), i * 1.25
    FROM generate_series(1, ROWS) i";

/// What makes the table, and fills it with so many rows.
pub fn filled(rows: u64) -> [String; 3] {
    let fill = FILL.replace("ROWS", &rows.to_string());
    [SCHEMA.to_owned(), fill, "VACUUM ANALYZE bench".to_owned()]
}

/// Two clusters in `folder`, the table full on the first, and empty on the second, where `target` makes it.
pub async fn clusters(bin: &Bin, folder: &Path, rows: u64, target: &str) -> (Cluster, Cluster) {
    open_to_all(folder);
    let options = Options {
        tcp: true,
        settings: vec!["max_wal_size=8GB".into(), "shared_buffers=512MB".into()],
    };
    let start = async |name: &str| {
        let cluster = Cluster::start(bin, &folder.join(name), &options).await;
        cluster.unwrap()
    };
    let (from, to) = (start("from").await, start("to").await);
    for sql in filled(rows) {
        from.run_sql("postgres", &sql).await.unwrap();
    }
    to.run_sql("postgres", target).await.unwrap();
    (from, to)
}

/// The servers run as another user, who has to get through to their folders.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Makes the target ready for a round.
pub async fn empty(to: &Cluster) {
    for sql in ["TRUNCATE bench", "CHECKPOINT"] {
        to.run_sql("postgres", sql).await.unwrap();
    }
}

/// Fails unless every row has arrived.
pub async fn check(to: &Cluster, rows: u64) {
    let sql = format!("DO $$ BEGIN ASSERT (SELECT count(*) FROM bench) = {rows}; END $$");
    to.run_sql("postgres", &sql).await.unwrap();
}
