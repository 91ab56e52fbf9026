//! The standard library with something that waits inside, row by row, and unchanged otherwise.

use super::{bench, bench_at, printed};

#[tokio::test]
async fn pcall_and_xpcall_bodies_may_wait() {
    let lines = printed(
        r"
        print(pcall(wait, 1, nil, 3))
        print(xpcall(function(a) return wait(a) + 1 end, print, 4))
        print(select('#', pcall(wait)))
        ",
    );
    assert_eq!(lines.await, ["true\t1\tnil\t3", "true\t5", "1"]);
}

#[tokio::test]
async fn metamethods_and_iterators_may_wait() {
    let lines = printed(
        r#"
        local t = setmetatable({}, {
          __index = function(_, k) return wait(k) end,
          __add = function(_, n) return wait(n) end,
          __lt = function() return wait(true) end,
          __call = function(_, x) return wait(x) end,
          __concat = function() return wait("c") end,
          __len = function() return wait(9) end,
          __eq = function() return wait(true) end,
          __pairs = function() return function(_, k) if not k then return wait(1), 2 end end end,
        })
        print(t.x, t + 1, t < {}, t(5), t .. "", #t, t == setmetatable({}, getmetatable(t)))
        for k, v in pairs(t) do print(k, v) end
        for x in function(_, k) if not k then return wait("it") end end do print(x) end
        print(load("return wait(...)")(6))
        "#,
    );
    assert_eq!(
        lines.await,
        ["x\t1\ttrue\t5\tc\t9\ttrue", "1\t2", "it", "6"]
    );
}

#[tokio::test]
async fn closers_may_wait_however_their_block_ends() {
    let lines = printed(
        r#"
        local function closing(name)
          return setmetatable({}, { __close = function(_, e) wait(); print(name, e) end })
        end
        do local _ <close> = closing("normal") end
        for _ = 1, 2 do local _ <close> = closing("break"); break end
        local function f() local _ <close> = closing("return"); return 1, 2 end
        print(f())
        print(pcall(function() local _ <close> = closing("error"); error("boom", 0) end))
        pcall(function() local _ <close> = closing("primitive"); fail("no") end)
        for x in function(_, k) return not k or nil end, nil, nil, closing("iterator") do end
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "normal\tnil",
            "break\tnil",
            "return\tnil",
            "1\t2",
            "error\tboom",
            "false\tboom",
            "primitive\tplay.lua:10: no",
            "iterator\tnil",
        ]
    );
}

#[tokio::test]
async fn closers_may_wait_when_nothing_catches_the_error() {
    let done = bench()
        .run(
            r#"
            local _ <close> = setmetatable({}, { __close = function(_, e) wait(); print("closed", e) end })
            error("boom", 0)
            "#,
        )
        .await;
    assert_eq!(done.printed, ["closed\tboom"]);
    assert_eq!(done.failure().message, "boom");
}

#[tokio::test]
async fn tostring_may_wait() {
    let lines = printed(
        r#"
        local t = setmetatable({}, { __tostring = function() return wait("text") end })
        print(tostring(t), t, tostring(nil), tostring(1.5), tostring("x"))
        print(pcall(tostring, setmetatable({}, { __tostring = function() return {} end })))
        print(tostring(setmetatable({}, { __name = "Thing" })):match("^Thing: ") ~= nil)
        print(pcall(function() tostring() end))
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "text\ttext\tnil\t1.5\tx",
            "false\t'__tostring' must return a string",
            "true",
            "false\tplay.lua:6: bad argument #1 to 'tostring' (value expected)",
        ]
    );
}

#[tokio::test]
async fn sort_comparators_may_wait() {
    let lines = printed(
        r#"
        local t = {}
        for i = 1, 40 do t[i] = i * 7 % 40 end
        table.sort(t, function(a, b) return wait(a > b) end)
        for i = 1, 40 do assert(t[i] == 40 - i, i) end
        local words = { "b", "a", "c" }
        table.sort(words)
        print(table.concat(words))
        local kept = { 3, 1, 2 }
        print(pcall(table.sort, kept, function() error("no", 0) end))
        print(#kept, kept[1] + kept[2] + kept[3])
        print(pcall(function() table.sort(nil) end))
        print(pcall(function() table.sort({}, 1) end))
        table.sort({}, function() end)
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "abc",
            "false\tno",
            "3\t6",
            "false\tplay.lua:12: bad argument #1 to 'sort' (table expected, got no value)",
            "false\tplay.lua:13: bad argument #2 to 'sort' (function expected, got number)",
        ]
    );
}

#[tokio::test]
async fn gsub_replacements_may_wait() {
    let lines = printed(
        r#"
        print(string.gsub("hello world", "o", wait))
        print((("a-b"):gsub("(%w)-(%w)", function(x, y) return wait(y .. x) end)))
        print(("abc"):gsub("", function() return wait("-") end))
        print(("abc abc"):gsub("%w+", function() return wait(false) end, 1))
        print(("$x $y"):gsub("%$(%w+)", setmetatable({}, { __index = function(_, k) return wait(k:upper()) end })))
        print(("abc"):gsub("b", "%0%0"), (("abc"):gsub("^a", { a = 1 })))
        print(pcall(function() local x = ("a"):gsub("a", function() return {} end) end))
        print(pcall(function() local x = ("a"):gsub("[a", "") end))
        print(pcall(function() local x = ("a"):gsub("a", nil) end))
        "#,
    );
    assert_eq!(
        lines.await,
        [
            "hello world\t2",
            "ba",
            "-a-b-c-\t4",
            "abc abc\t1",
            "X Y\t2",
            "abbc\t1bc",
            "false\tplay.lua:8: invalid replacement value (a table)",
            "false\tplay.lua:9: malformed pattern (missing ']')",
            "false\tplay.lua:10: bad argument #3 to 'gsub' (string/function/table expected, got nil)",
        ]
    );
}

#[tokio::test]
async fn coroutines_may_wait_without_handing_out_what_is_ours() {
    let lines = printed(
        r#"
        local co = coroutine.wrap(function(a)
          for i = 1, 3 do wait(); a = coroutine.yield(i + a) end
          return "end"
        end)
        print(co(10), co(20), co(30), co())
        local c = coroutine.create(function() wait(); coroutine.yield(1); error("boom") end)
        print(coroutine.resume(c))
        print(coroutine.resume(c))
        print(coroutine.status(c), coroutine.resume(c))
        print(pcall(coroutine.wrap(function() error({}) end)))
        print(pcall(coroutine.yield, 1))
        print(select(2, coroutine.running()), coroutine.isyieldable())
        print(coroutine.wrap(function() return coroutine.isyieldable() end)())
        print(pcall(function() coroutine.wrap(1) end))
        "#,
    )
    .await;
    assert_eq!(lines[0], "11\t22\t33\tend");
    assert_eq!(lines[1], "true\t1");
    assert_eq!(lines[2], "false\tplay.lua:7: boom");
    assert_eq!(lines[3], "dead\tfalse\tcannot resume dead coroutine");
    assert!(lines[4].starts_with("false\ttable: "));
    assert!(lines[5].ends_with("attempt to yield from outside a coroutine"));
    assert_eq!(lines[6], "true\tfalse");
    assert_eq!(lines[7], "true");
    assert_eq!(
        lines[8],
        "false\tplay.lua:15: bad argument #1 to 'wrap' (function expected, got number)"
    );
}

#[tokio::test]
async fn closers_of_a_failing_coroutine_may_wait() {
    let lines = printed(
        r#"
        print(pcall(coroutine.wrap(function()
          local _ <close> = setmetatable({}, { __close = function(_, e) wait(); print("closed", e) end })
          error("boom", 0)
        end)))
        "#,
    );
    assert_eq!(lines.await, ["closed\tboom", "false\tboom"]);
}

#[tokio::test]
async fn a_module_may_wait_while_it_loads() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir_all(folder.path().join("playbooks/deep")).unwrap();
    write(
        "slow.lua",
        "local name = ...; return { value = wait(name) }",
    );
    write("playbooks/deep/init.lua", "return 'deep'");
    write("loop.lua", "require 'loop'");
    write("broken.lua", "\nreturn (");
    write("play.lua", "return 'myself'");
    let playbook = folder.path().join("play.lua");
    let lines = bench_at(&playbook, folder.path())
        .run(
            r#"
            print(require("slow").value, require("slow") == require("slow"))
            print((require "deep"))
            print((select(2, pcall(require, "loop"))))
            print((select(2, pcall(require, "broken"))))
            print((select(2, pcall(require, "play"))))
            package.preload.mine = function(...) return select('#', ...) end
            print(require "mine")
            print(package.cpath, package.loadlib)
            "#,
        )
        .await
        .success();
    assert_eq!(lines[0], "slow\ttrue");
    assert_eq!(lines[1], "deep");
    assert!(
        lines[2].contains("module 'loop' requires itself"),
        "{}",
        lines[2]
    );
    assert!(
        lines[3].contains("broken.lua:2: unexpected symbol near <eof>"),
        "{}",
        lines[3]
    );
    assert!(
        lines[4].starts_with("module 'play' not found:\n"),
        "{}",
        lines[4]
    );
    assert_eq!(lines[5], "2\t:preload:");
    assert_eq!(lines[6], "\tnil");
}

#[tokio::test]
async fn a_message_handler_that_waits_fails_as_in_stock_lua() {
    let lines = printed("print((xpcall(error, function() return wait() end)))");
    assert_eq!(lines.await, ["false"]);
}
