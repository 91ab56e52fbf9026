//! What Tab offers in queries: tables, columns, keywords.

use super::{completed, has, offers};

#[test]
fn tables_are_offered_where_a_table_comes() {
    offers(
        "select * from la|",
        &["lat", "lat_item", "lat_seen", "lateral"],
    );
    for line in [
        "select * from lat_i|",
        "select 1 from lat join lat_i|",
        "insert into lat_i|",
        "update lat_i|",
        "delete from lat_i|",
        "truncate lat_i|",
        "alter table lat_i|",
        "drop table if exists lat_i|",
        "select * from lat, lat_i|",
        "copy lat_i|",
        "create index on lat_i|",
        "select (select 1 from lat_i|",
        "lock table lat_i|",
        "grant select on lat_i|",
    ] {
        offers(line, &["lat_item"]);
    }
    has(
        "select * from |",
        &["lat", "\"Tab le\"", "audit.", "audit.log"],
        &["pg_class", "pg_catalog.", "lat_pkey"],
    );
    offers("select * from pg_cl|", &["pg_class"]);
    offers("drop view la|", &["lat_seen"]);
    offers("drop index la|", &["lat_pkey"]);
    offers(
        "with lately as (select 1) select * from latel|",
        &["lately"],
    );
}

#[test]
fn a_schema_leads_to_what_is_in_it() {
    offers("select * from audit.|", &["log"]);
    offers("select * from public.lat_i|", &["lat_item"]);
    offers("select audit.n|", &["note("]);
    offers("select 1::audit.|", &["mood"]);
    assert_eq!(completed("select * from audit.l|").0, "l");
}

#[test]
fn columns_are_those_of_the_tables_in_the_statement() {
    offers("select co| from lat", &["code", "count("]);
    offers("select l.co| from lat l", &["code"]);
    offers(
        "select l.| from lat as l join lat_item i on true",
        &["id", "code", "\"Mixed Case\""],
    );
    offers(
        "select * from lat l join lat_item i on l.id = i.la|",
        &["lat_id"],
    );
    offers("select * from lat_item where am|", &["amount"]);
    offers("update lat set co|", &["code"]);
    offers("update lat set id = co|", &["code", "count("]);
    offers("insert into lat_item (id, am|", &["amount"]);
    offers("select * from audit.log where hap|", &["happened"]);
    offers("select audit.log.wh| from audit.log", &["what"]);
    offers("select 1 from lat_item; select am|", &[]);
    offers("alter table lat_item drop column am|", &["amount"]);
    offers("select * from lat_item order by am|", &["amount"]);
    has(
        "select | from lat",
        &["id", "code", "lat", "case"],
        &["amount", "count("],
    );
}

#[test]
fn names_are_quoted_where_they_must_be_and_case_is_kept() {
    offers("select * from ta|", &["\"Tab le\""]);
    offers("select * from \"Ta|", &["\"Tab le\""]);
    offers("select * from \"ta|", &[]);
    offers("select * from ord|", &["\"order\""]);
    offers("select mix| from lat", &["\"Mixed Case\""]);
    offers("SELECT * FROM lat WH|", &["WHERE"]);
    offers("select * from lat wh|", &["where"]);
    has("SELECT * FROM lat |", &["WHERE", "LEFT JOIN"], &["where"]);
    has("select * from lat |", &["where"], &["WHERE"]);
}

#[test]
fn keywords_are_offered_where_they_may_stand() {
    offers("sel|", &["select"]);
    offers("insert |", &["into"]);
    offers("delete |", &["from"]);
    offers("select * from lat order |", &["by"]);
    offers("select * from lat left |", &["join", "outer join"]);
    has("create |", &["table", "or replace", "index"], &["select"]);
    has(
        "select * from lat where id = 1 |",
        &["and", "order by"],
        &["from"],
    );
    has("update lat |", &["set"], &["where"]);
    has("select id |", &["from", "as"], &[]);
    offers("select 'sel|", &[]);
    offers("select 1 -- sel|", &[]);
    offers("select id as sel|", &[]);
}

#[test]
fn types_settings_roles_and_functions_have_their_places() {
    offers("select '1'::int|", &["integer", "interval"]);
    offers("select cast(1 as integ|", &["integer"]);
    offers("set work|", &["work_mem"]);
    offers("show wal|", &["wal_compression"]);
    offers("set wal_compression = l|", &["lz4"]);
    offers(
        "set wal_compression to |",
        &["pglz", "lz4", "off", "default"],
    );
    offers("set search_path = aud|", &["audit"]);
    offers("set role al|", &["alice"]);
    offers("grant select on lat to al|", &["alice"]);
    offers("alter table lat owner to al|", &["alice"]);
    offers("select lates|", &["latest("]);
    offers("drop schema au|", &["audit"]);
}

#[test]
fn queries_within_a_statement_give_columns_too() {
    offers(
        "with x as (select id as foo, code from lat) select x.| from x",
        &["foo", "code"],
    );
    offers(
        "with x (one, two) as (select 1, 2) select x.| from x",
        &["one", "two"],
    );
    offers(
        "with recursive x as (select id from lat union all select x.| from x) select 1",
        &["id"],
    );
    offers(
        "with x as (select * from lat) select * from x where x.co|",
        &["code"],
    );
    offers(
        "with a as (select l.* from lat l), b as (select * from a) select b.c| from b",
        &["code"],
    );
    offers(
        "select s.| from (select id, amount + 1 as more, 7 from lat_item) s",
        &["id", "more"],
    );
    offers(
        "select s.| from (select count(*), id::text, lat_id \"x Y\" from lat_item) as s",
        &["count", "id", "\"x Y\""],
    );
    offers("select s.| from (values (1, 2)) s (a, b)", &["a", "b"]);
    offers("select g.| from generate_series(1, 2) g (n)", &["n"]);
    offers(
        "select c.| from (lat l join lat_item c on true)",
        &["id", "lat_id", "amount"],
    );
    offers(
        "with x as (insert into lat (code) values ('a') returning id) select x.| from x",
        &["id"],
    );
    offers("with x as (select * from x) select x.| from x", &[]);
}

#[test]
fn columns_come_from_the_queries_that_are_seen_from_the_cursor() {
    has(
        "select (select | from lat_item) from lat",
        &["amount", "code"],
        &[],
    );
    has(
        "select * from lat where id in (select lat_id from lat_item) and |",
        &["code"],
        &["amount"],
    );
    has(
        "select | from lat union select id from lat_item",
        &["code"],
        &["amount"],
    );
    has(
        "select id from lat union select | from lat_item",
        &["amount"],
        &["code"],
    );
    has(
        "select * from (select | from lat_item) x, lat",
        &["amount"],
        &[],
    );
    offers("select am| from lat; select 1 from lat_item", &[]);
    offers(
        "alter table if exists lat_item drop column am|",
        &["amount"],
    );
}

#[test]
fn lists_of_columns_leave_out_what_they_have() {
    offers("insert into lat_item (|", &["id", "lat_id", "amount"]);
    offers("insert into lat_item (amount, |", &["id", "lat_id"]);
    offers(
        "insert into lat_item (amount, |) values (1, 2)",
        &["id", "lat_id"],
    );
    offers("update lat_item set |", &["id", "lat_id", "amount"]);
    offers("update lat_item set amount = 1, |", &["id", "lat_id"]);
    offers("select 1 from lat join lat_item using (|", &["id"]);
    offers("copy lat_item (id, |", &["lat_id", "amount"]);
    offers("copy audit.log (|", &["happened", "what"]);
    offers(
        "insert into lat (id) values (1) on conflict (|",
        &["id", "code", "\"Mixed Case\""],
    );
    offers(
        "insert into lat (id) values (1) on conflict (id) do update set co| = 1",
        &["code"],
    );
    offers(
        "insert into lat (id) values (1) on conflict (id) do update set code = excluded.c|",
        &["code"],
    );
    has(
        "insert into lat (id) values (1) on conflict (id) do update set code = e|",
        &["excluded"],
        &["set"],
    );
}

#[test]
fn a_quote_that_was_just_opened_does_not_take_what_follows() {
    offers("select \"Mi| from lat", &["\"Mixed Case\""]);
    offers("select \"Mi| from \"Tab le\", lat", &["\"Mixed Case\""]);
    offers("select id from \"Ta| where a = 1", &["\"Tab le\""]);
    offers("select \"Mi|xed Case\" from lat", &["\"Mixed Case\""]);
}

#[test]
fn the_rest_of_a_phrase_is_offered_behind_its_first_word() {
    offers("select * from lat order by id nulls |", &["first", "last"]);
    offers("select happened at | from audit.log", &["time zone"]);
    offers(
        "select * from lat union |",
        &["all", "select", "values", "table"],
    );
    offers(
        "select * from lat for |",
        &["update", "no key update", "share", "key share"],
    );
    offers(
        "select * from lat for update |",
        &["of", "nowait", "skip locked"],
    );
    offers("select sum(id) over (|", &["partition by", "order by"]);
    offers("select sum(id) over (partition |", &["by"]);
    offers("select count(*) filter (|", &["where"]);
    offers(
        "with x as |",
        &["(", "materialized (", "not materialized ("],
    );
    offers("SELECT * FROM lat GROUP |", &["BY"]);
    has("select * from lat limit 1 |", &["offset"], &["and"]);
}
