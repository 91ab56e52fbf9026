//! Rows that come into sight without being written, and servers that change under a mark.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;

use runner::sandbox::Cluster;

use super::*;
use crate::support::{must, reaper, servers};

/// A partition brings rows that were written long before it was attached.
#[test]
fn the_rows_of_a_partition_attached_since_are_read() {
    let source = Database::with(
        dev(),
        "CREATE TABLE t (id int, v int, updated_at timestamptz) PARTITION BY RANGE (id);
         CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (10);
         INSERT INTO t VALUES (1, 1);
         CREATE TABLE high (id int, v int, updated_at timestamptz) PARTITION BY RANGE (id);
         CREATE TABLE higher PARTITION OF high FOR VALUES FROM (20) TO (30);
         INSERT INTO high VALUES (21, 1), (22, 2)",
    );
    let target = Database::with(prod(), TABLE);
    run(async {
        let (reader, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let options = ChangedOptions::default();
        promote(&reader, &to, &marks, &options).await.unwrap();
        comes_down_to(0, &reader, &to, &marks, &options).await;
        source.query("ALTER TABLE t ATTACH PARTITION high FOR VALUES FROM (10) TO (100)");
        let changed = promote(&reader, &to, &marks, &options).await.unwrap();
        assert_eq!(rows(&reader, changed.filter.as_deref()).await.len(), 2);
        comes_down_to(0, &reader, &to, &marks, &options).await;
    });
    assert_eq!(target.query("SELECT count(*) FROM t"), "3");
}

/// A prepared transaction has no session, and may be older than any other by days.
#[test]
fn the_rows_of_a_prepared_transaction_are_read_when_it_is_committed() {
    let source = Database::with(dev(), &format!("{TABLE} INSERT INTO t VALUES (1, 1)"));
    let target = Database::with(prod(), TABLE);
    run(async {
        let (reader, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let options = ChangedOptions::default();
        source.query("BEGIN; INSERT INTO t VALUES (2, 2); PREPARE TRANSACTION 'late'");
        source.query("INSERT INTO t VALUES (3, 3)");
        promote(&reader, &to, &marks, &options).await.unwrap();
        source.query("COMMIT PREPARED 'late'");
        promote(&reader, &to, &marks, &options).await.unwrap();
    });
    assert_eq!(target.query("SELECT count(*) FROM t"), "3");
}

/// A promoted server goes on with the numbers of transactions that its lost primary had used as well. Its
/// first checkpoint, which names the new timeline, may be minutes away.
#[test]
fn a_mark_of_before_a_promotion_leaves_everything_at_once() {
    let cluster: &'static Cluster = Box::leak(Box::new(servers::start("promoted")));
    let source = Database::with(cluster, &format!("{TABLE} INSERT INTO t VALUES (1, 1)"));
    let target = Database::with(prod(), TABLE);
    run(async {
        let (to, _) = open(&target).await;
        let marks = Marks::open(&to, "promote");
        let options = ChangedOptions::default();
        let (reader, _) = open(&source).await;
        promote(&reader, &to, &marks, &options).await.unwrap();
        reader.close();
        // Enough that the checkpoint takes its time.
        source.query("CREATE TABLE load AS SELECT repeat('x', 500) FROM generate_series(1, 50000)");
        promote_server(cluster);
        let (reader, _) = open(&source).await;
        let changed = promote(&reader, &to, &marks, &options).await.unwrap();
        assert!(changed.everything);
        let changed = promote(&reader, &to, &marks, &options).await.unwrap();
        assert!(!changed.everything);
    });
}

/// Restarts the server as a standby of nobody, and promotes it.
fn promote_server(cluster: &'static Cluster) {
    let data = cluster.data_folder();
    fs::write(data.join("standby.signal"), "").unwrap();
    let log = data.join("log");
    // It refuses to run as root.
    let owner = fs::metadata(&data).unwrap();
    must(
        cluster
            .client("pg_ctl", "postgres")
            .uid(owner.uid())
            .gid(owner.gid())
            .args(["restart", "-w", "-m", "immediate", "-D"])
            .arg(&data)
            .arg("-l")
            .arg(&log),
    );
    let pid = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    reaper::at_end(&format!("end {}", pid.lines().next().unwrap()));
    let promoted = must(
        cluster
            .client("psql", "postgres")
            .args(["-XAtc", "SELECT pg_promote()"]),
    );
    assert_eq!(promoted, "t\n");
}
