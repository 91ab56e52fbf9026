//! An interruption reaches every kind of playbook, and closers still do their work.

use std::time::{Duration, Instant};

use super::bench;
use crate::host::Kind;

/// Runs a playbook that would never end, interrupts it, and gives what it printed.
async fn interrupted(text: &str) -> Vec<String> {
    let bench = bench();
    let interrupt = bench.interrupt.clone();
    // A loop in Lua occupies its thread, so the interruption must come from another one.
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(40));
        interrupt.trip(2);
    });
    let start = Instant::now();
    let done = bench.run(text).await;
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    let printed = done.printed.clone();
    let failure = done.failure();
    assert_eq!(failure.kind, Kind::Interrupted);
    assert_eq!(failure.exit_code(2), 130);
    assert_eq!(failure.notes, Vec::<String>::new());
    printed
}

#[tokio::test]
async fn a_pending_primitive_is_interrupted() {
    assert_eq!(
        interrupted("local _ <close> = defer(function() wait(); print('closed') end)\nsleep(60)")
            .await,
        ["closed"]
    );
}

#[tokio::test]
async fn a_primitive_is_not_dropped_while_it_undoes_its_work() {
    assert_eq!(interrupted("undo()").await, ["undone"]);
}

#[tokio::test]
async fn a_loop_that_calls_nothing_is_interrupted() {
    assert!(interrupted("while true do end").await.is_empty());
}

#[tokio::test]
async fn pcall_does_not_swallow_an_interruption() {
    let text = "while true do pcall(function() while true do end end) end";
    assert!(interrupted(text).await.is_empty());
    assert!(
        interrupted("while true do pcall(sleep, 60) end")
            .await
            .is_empty()
    );
    assert!(
        interrupted("while true do xpcall(sleep, function() end, 60) end")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_loop_in_a_coroutine_is_interrupted() {
    assert!(
        interrupted("coroutine.wrap(function() while true do end end)()")
            .await
            .is_empty()
    );
    let text = "for _ in coroutine.wrap(function() while true do wait(); coroutine.yield(1) end end) do end";
    assert!(interrupted(text).await.is_empty());
}

#[tokio::test]
async fn blocks_are_left_and_closers_may_wait_and_loop() {
    let lines = interrupted(
        r#"
        guarded("outer", function()
          defer(function()
            for i = 1, 100000 do end
            local each = coroutine.wrap(function() wait(); coroutine.yield("in a coroutine") end)
            print(each())
            print(pcall(fail, "kept"))
          end)
          guarded("inner", function() sleep(60) end)
        end)
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "open outer",
            "open inner",
            "Raised inner",
            "in a coroutine",
            "false\tplay.lua:7: kept",
            "Raised outer",
        ]
    );
}

#[tokio::test]
async fn a_close_variable_sees_the_interruption() {
    let lines = interrupted(
        r"
        local _ <close> = setmetatable({}, { __close = function(_, e) print(e.kind) end })
        sleep(60)
        ",
    );
    assert_eq!(lines.await, ["interrupted"]);
}
