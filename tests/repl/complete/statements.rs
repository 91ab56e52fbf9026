//! What Tab offers in statements that are no queries.

use super::{has, offers};

#[test]
fn what_a_statement_speaks_of_is_offered_by_its_kind() {
    offers(
        "alter table lat add |",
        &[
            "column",
            "constraint",
            "primary key",
            "unique",
            "check (",
            "foreign key (",
            "exclude using",
        ],
    );
    offers("alter table lat drop constraint la|", &["lat_code_key"]);
    offers(
        "alter table audit.log drop constraint |",
        &["log_check", "if exists"],
    );
    offers(
        "alter table lat disable trigger |",
        &["lat_told", "all", "user"],
    );
    offers("drop policy |", &["lat_mine", "if exists"]);
    offers("drop policy lat_mine |", &["on"]);
    offers("alter table lat alter column co|", &["code"]);
    offers("alter table lat alter column code ty|", &["type"]);
    offers("alter table lat alter code type integ|", &["integer"]);
    offers("alter table lat add column c integ|", &["integer"]);
    offers("alter table lat add foreign key (co|", &["code"]);
    offers(
        "alter table lat add foreign key (code) references lat_i|",
        &["lat_item"],
    );
    offers(
        "alter table lat add foreign key (code) references lat_item (am|",
        &["amount"],
    );
    offers("alter table lat owner |", &["to"]);
    offers("alter table lat set schema aud|", &["audit"]);
    offers("create table t (a integ|", &["integer"]);
    offers("create table t (a int, b integ|", &["integer"]);
    offers("create table t (a varchar(3) not |", &["null"]);
    offers("create table t (a int references lat_i|", &["lat_item"]);
    offers(
        "create table t (a int references lat_item (am|",
        &["amount"],
    );
    offers("create table t (like lat_i|", &["lat_item"]);
    offers("create table t partition of lat_i|", &["lat_item"]);
    offers("create index on lat_item using |", &["btree", "gin"]);
    offers("create index on lat_item (am|", &["amount"]);
    offers("create index on lat_item using gin (am|", &["amount"]);
    offers("create extension hs|", &["hstore"]);
    offers("create or |", &["replace"]);
    offers("create view v as sel|", &["select"]);
    offers("create view v as select am| from lat_item", &["amount"]);
    offers("comment on column lat_item.am|", &["amount"]);
    offers("comment on table lat_i|", &["lat_item"]);
    offers("call |", &["tidy("]);
    offers("drop function late|", &["latest("]);
    has("drop function |", &["latest(", "audit.note("], &["count("]);
}

#[test]
fn who_and_what_is_offered_in_grants() {
    offers("grant sel|", &["select"]);
    offers("grant select |", &["on", "to"]);
    offers("grant select on lat |", &["to"]);
    offers(
        "grant select on all |",
        &[
            "tables in schema",
            "sequences in schema",
            "functions in schema",
            "procedures in schema",
            "routines in schema",
        ],
    );
    offers("grant select on all tables |", &["in schema"]);
    offers(
        "grant usage on schema |",
        &["audit", "pg_catalog", "public"],
    );
    offers(
        "grant select on lat to |",
        &["alice", "\"Bob\"", "public", "current_user"],
    );
    offers("revoke all on lat |", &["from"]);
    offers("revoke all on lat from a|", &["alice"]);
    offers("reassign owned by a|", &["alice"]);
    offers("set role a|", &["alice"]);
}

#[test]
fn nothing_that_makes_no_sense_is_offered() {
    for line in [
        "savepoint |",
        "listen |",
        "alter table lat rename to |",
        "select * from lat limit |",
        "select 'it''s |",
        "select $$ sel|",
        "select E'\\' sel|",
        "select 1 /* sel|",
        "select 1 -- \u{1f642} sel|",
    ] {
        offers(line, &[]);
    }
    has(
        "begin |",
        &["read only", "isolation level"],
        &["and", "is null"],
    );
    offers("commit |", &["and chain", "and no chain", "prepared"]);
    offers(
        "explain (|",
        &[
            "analyze",
            "verbose",
            "costs",
            "settings",
            "generic_plan",
            "buffers",
            "serialize",
            "wal",
            "timing",
            "summary",
            "memory",
            "format",
        ],
    );
    offers(
        "explain (analyze, format |",
        &["text", "json", "xml", "yaml"],
    );
    offers("explain analyze sel|", &["select"]);
    offers("explain select * from lat_i|", &["lat_item"]);
    offers("lock table lat_i|", &["lat_item"]);
    has("lock table lat in |", &["access share mode"], &["id"]);
    has("copy lat_item to stdout with (|", &["format"], &["amount"]);
    offers(
        "copy lat_item to stdout with (format |",
        &["csv", "text", "binary"],
    );
    offers(
        "merge into lat l using lat_item i on l.id = i.id when |",
        &[
            "matched then",
            "matched and",
            "not matched then",
            "not matched and",
            "not matched by source then",
        ],
    );
    has(
        "insert into lat (code) values ('x') on |",
        &["conflict"],
        &[],
    );
    has("insert into lat |", &["values", "select"], &["and"]);
    has("insert into lat_s|", &["lat_seen"], &["lat_pkey"]);
}

#[test]
fn a_long_statement_is_looked_at_in_no_time_that_grows_with_its_square() {
    let columns = (0..5000).map(|number| format!("c{number} int not null default 7"));
    let columns: Vec<String> = columns.collect();
    offers(
        &format!("create table t ({}, last integ|", columns.join(", ")),
        &["integer"],
    );
    let rows = vec!["(1, 'x')"; 5000].join(", ");
    offers(
        &format!("insert into lat values {rows} on |"),
        &["conflict"],
    );
}
