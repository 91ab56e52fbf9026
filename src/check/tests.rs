//! What is found, and what is not.

mod anything;

use super::{Module, Wanted, World, check, place};

/// Findings as `line:column: message`.
fn found(text: &str) -> Vec<String> {
    let module = |name: &str| match name {
        "promote" | "stdlib.promote" => Module::Embedded,
        _ => Module::Missing,
    };
    let checked = check(text, &world(&module));
    checked
        .findings
        .iter()
        .map(|finding| {
            let (line, column) = place(text, finding.at);
            format!("{line}:{column}: {}", finding.message)
        })
        .collect()
}

fn world(module: &dyn Fn(&str) -> Module) -> World<'_> {
    World {
        targets: Some(vec!["dev".to_owned(), "prod".to_owned()]),
        groups: Some(vec!["law".to_owned()]),
        module,
        modules: &|_: &str| vec!["promote".to_owned()],
    }
}

#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "{text}");
}

#[test]
fn a_global_that_nothing_has_is_found() {
    finds(
        "local dev = conect 'dev'",
        &["1:13: there is no global `conect`, did you mean `connect`"],
    );
    finds(
        "local prod = connect 'prod'\nlog(prd)\nlog(1 + prd.x)",
        &[
            "2:5: there is no global `prd`, did you mean `prod`",
            "3:9: there is no global `prd`, did you mean `prod`",
        ],
    );
    finds(
        "local function f() return g() end",
        &["1:27: there is no global `g`"],
    );
    finds("for i = 1, n do end", &["1:12: there is no global `n`"]);
    finds(
        "do local x = 1 end return x",
        &["1:27: there is no global `x`"],
    );
    finds(
        "return function(a, ...) local x <close> = b end",
        &["1:43: there is no global `b`"],
    );
}

#[test]
fn what_may_be_a_name_is_let_pass() {
    for text in [
        "x = 1 log(x)",
        "function f() return f() end",
        "_G.y = 1 log(y, _ENV.z)",
        "local _ENV = { a = 1 } a()",
        "load 'x = 1' () log(x)",
        "setmetatable(_G, {}) log(anything)",
        "if DEBUG then log 'x' end",
        "local verbose = VERBOSE or false",
        "print(type(DEBUG), DEBUG ~= nil, not DEBUG)",
        "repeat local done = true until done",
        "for k, v in pairs {} do log(k, v) end",
        "local t = {} function t:m() return self end function t.f(a) return a end",
        "goto done ::done::",
        "local a, b = 1 log(a, b)",
        "require(name) ---@diagnostic disable-line",
        "---@diagnostic disable-next-line: undefined-global\nlog(nothing)",
        "---@diagnostic disable\nlog(nothing)\nconnect 'nowhere'",
        "#!/usr/bin/env runner\nlog 'x'",
        "local x <const> = 1 // 2 ~ 3 log(x)",
    ] {
        finds(text, &[]);
    }
}

#[test]
fn a_field_that_a_global_of_ours_or_of_lua_has_not_is_found() {
    finds(
        "copy.tabels {}",
        &["1:6: `copy` has no `tabels`, did you mean `tables`"],
    );
    finds(
        "log(string.fromat('x'))",
        &["1:12: `string` has no `fromat`, did you mean `format`"],
    );
    finds(
        "local p = require 'promote'\np.rnu {}",
        &["2:3: `promote` has no `rnu`, did you mean `run`"],
    );
    finds(
        "function string.trim(s) return s end log(string.trim ' ')",
        &[],
    );
    finds("copy.twice = print copy.twice()", &[]);
    finds("local copy = {} copy.anything()", &[]);
}

#[test]
fn a_method_that_a_value_of_ours_has_not_is_found() {
    finds(
        "local dev = connect 'dev'\ndev:qurey 'SELECT 1'",
        &["2:5: a `Db` has no `qurey`, did you mean `query`"],
    );
    finds(
        "connect 'dev':transaction(function(tx) tx:exceute 'SELECT 1' end)",
        &["1:43: a `Db` has no `exceute`, did you mean `execute`"],
    );
    finds(
        "trigger.disabled(connect 'dev', 'lat', function(tx) tx:comit() end)",
        &["1:56: a `Db` has no `comit`"],
    );
    finds(
        "host():rum { 'ls' }",
        &["1:8: a `Host` has no `rum`, did you mean `run`"],
    );
    finds("local dev = connect 'dev' dev = {} dev:anything()", &[]);
    finds(
        "local t <close> = tunnel.open { target = 'dev' } log(t.url, t.port)",
        &[],
    );
}

#[test]
fn an_option_that_is_refused_is_found() {
    finds(
        "copy.tables {\n  from = connect 'dev',\n  tabels = { 'a' },\n}",
        &["3:3: `copy.tables`: unknown option `tabels`, did you mean `tables`"],
    );
    finds(
        "connect('dev', { wirte = true })",
        &["1:18: `connect`: unknown option `wirte`, did you mean `write`"],
    );
    finds(
        "connect 'dev':transaction({ lock_timout = 1 }, print)",
        &["1:29: `Db:transaction`: unknown option `lock_timout`, did you mean `lock_timeout`"],
    );
    finds(
        "copy.tables { 'lat' }",
        &["1:15: `copy.tables`: unknown option `1`; options have names"],
    );
    finds(
        "playbook { params = { a = { typ = 'list' } } }",
        &["1:29: `playbook`: unknown option `typ`, did you mean `type`"],
    );
    finds(
        "copy.tables { mask = { users = { email = { masc = 'email' } } } }",
        &["1:44: `copy.tables`: unknown option `masc`, did you mean `mask`"],
    );
    finds("host():run { 'ls', '-l', reads = true }", &[]);
    finds("local opts = { anything = 1 } copy.tables(opts)", &[]);
    finds(
        "copy.tables { ['mode'] = 'upsert', [name()] = 1 } function name() end",
        &[],
    );
}

#[test]
fn an_option_of_another_type_is_found() {
    for (option, problem) in [
        (
            "mode = 'upsrt'",
            "`mode` must be one of `append`, `replace`, `insert`, `upsert`, `mirror`, got `upsrt`, did you mean `upsert`",
        ),
        ("jobs = 'four'", "`jobs` must be an integer, got string"),
        ("jobs = 1.5", "`jobs` must be an integer, got number"),
        ("resume = 'yes'", "`resume` must be a boolean, got string"),
        (
            "verify = 'contnet'",
            "`verify` must be `count` or `content` or a boolean, got `contnet`, did you mean `content`",
        ),
        (
            "tables = 1",
            "`tables` must be a string or a list of strings, got number",
        ),
        (
            "from = 'dev'",
            "`from` must be a `Db` or a `watermark.Changed`, got string",
        ),
        ("rename = true", "`rename` must be a table, got boolean"),
    ] {
        let at = 15 + option.find('=').unwrap() + 2;
        finds(
            &format!("copy.tables {{ {option} }}"),
            &[&format!("1:{at}: `copy.tables`: option {problem}")],
        );
    }
    for option in [
        "jobs = 4",
        "jobs = 4.0",
        "jobs = 0x10",
        "jobs = nil",
        "jobs = n and 1",
        "mode = 'up' .. 'sert'",
        "mode = [[upsert]]",
        "verify = false",
        "verify = 'content'",
        "triggers = { 'a' }",
        "tables = 'lat'",
        "tables = { 'lat', 'audit.*' }",
        "where = { lat = { 'id > $1', 5 } }",
        "limit = 5",
        "mask = { a = { b = function(row) return row end, c = false, d = 'upper(d)' } }",
    ] {
        finds(&format!("copy.tables {{ {option} }}"), &[]);
    }
}

#[test]
fn targets_groups_and_modules_that_are_not_there_are_found() {
    finds(
        "connect 'dve'",
        &["1:9: there is no target `dve`, did you mean `dev`"],
    );
    finds(
        "connect('dve', { write = true })",
        &["1:9: there is no target `dve`, did you mean `dev`"],
    );
    finds(
        "tunnel.open { target = 'prd' }",
        &["1:24: there is no target `prd`, did you mean `prod`"],
    );
    finds(
        "copy.tables { tables = { 'group:lwa', 'group:law' } }",
        &["1:26: no such group `lwa` in `runner.toml`, did you mean `law`"],
    );
    finds(
        "trigger.disabled(connect 'dev', 'group:x', print)",
        &["1:33: no such group `x` in `runner.toml`"],
    );
    finds(
        "require 'promot'",
        &["1:9: there is no module `promot`, did you mean `promote`"],
    );
    finds(
        "connect { url = 'postgres:///x' } require 'promote' require(x or 'y')",
        &[],
    );
}

#[test]
fn statements_and_tables_are_asked_of_the_server_they_are_for() {
    let module = |_: &str| Module::Missing;
    let text = "
        local dev, prod = connect 'dev', connect('prod', { write = true })
        dev:query('SELECT 1')
        dev:transaction(function(tx) tx:execute [[SELECT 2]] end)
        dev:snapshot(function(src) copy.tables { from = src, to = prod, tables = { 'a', 'b*', 'group:law' } } end)
        copy.order { to = prod, tables = 'c' }
        query(prod, 'SELECT 3')
        local other = connect('dev', { database = 'x' })
        other:query 'SELECT 4'
        dev:query('SELECT ' .. 5)
        dev:script 'SELECT 6'
    ";
    let checked = check(text, &world(&module));
    let asks: Vec<_> = checked
        .asks
        .iter()
        .map(|ask| match &ask.wanted {
            Wanted::Table(name) => format!("{} {name}", ask.target),
            Wanted::Statement(sql) => format!("{}: {sql}", ask.target),
            Wanted::Column { table, name } => format!("{} {table}.{name}", ask.target),
            Wanted::Clause {
                table,
                clause,
                text,
            } => format!("{} {table} {clause:?} {text}", ask.target),
        })
        .collect();
    assert_eq!(
        asks,
        [
            "dev: SELECT 1",
            "dev: SELECT 2",
            "dev a",
            "prod c",
            "prod: SELECT 3"
        ]
    );
    assert!(!checked.made.unseen);
}

#[test]
fn what_the_playbook_makes_itself_need_not_be_there() {
    let module = |_: &str| Module::Missing;
    let checked = check("db:execute 'CREATE TABLE t (n int)'", &world(&module));
    assert!(checked.made.words.contains("t"));
    assert!(check("query.file 'x.sql'", &world(&module)).made.unseen);
    assert!(check("db:script(text)", &world(&module)).made.unseen);
}

#[test]
fn a_place_counts_characters() {
    assert_eq!(place("a\né x", 4), (2, 2));
    assert_eq!(place("", 0), (1, 1));
}

#[test]
fn a_method_that_is_called_with_a_dot_is_found() {
    finds(
        "local dev = connect 'dev'\ndev.query 'SELECT 1'\ndev.execute('SELECT 1')\ndev.close()\n\
         dev.query(dev, 'SELECT 1')\nlocal q = dev.query\npcall(dev.query, dev, 'SELECT 1')",
        &[
            "2:5: `Db:query` is called with a `:`",
            "3:5: `Db:execute` is called with a `:`",
            "4:5: `Db:close` is called with a `:`",
        ],
    );
}
