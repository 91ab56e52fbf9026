//! Definitions: read, compared, and brought to another database.

mod copy;
mod diff;

use runner::copy::schema::{Class, Difference, Kind, Object, Schema};

/// Some of everything.
pub const EVERYTHING: &str = r#"
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN app.pos AS int NOT NULL CHECK (VALUE > 0);
CREATE TYPE app.pair AS (x int, y text);
CREATE SEQUENCE app.numbers START 5 INCREMENT 2;
CREATE TABLE app.a (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m app.mood DEFAULT 'ok', p app.pos, pair app.pair, t text COLLATE "C",
  u text GENERATED ALWAYS AS (upper(t)) STORED, n numeric(10,2) NOT NULL DEFAULT 1.5);
CREATE TABLE app.b (
  id serial PRIMARY KEY, a_id int REFERENCES app.a ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED, c text UNIQUE,
  n bigint DEFAULT nextval('app.numbers'), CHECK (c <> ''), EXCLUDE USING btree (c WITH =));
ALTER TABLE app.b ADD CONSTRAINT late CHECK (id > 0) NOT VALID;
CREATE INDEX b_lower ON app.b (lower(c)) WHERE id > 3;
CREATE VIEW app.v AS SELECT a.id, b.c FROM app.a JOIN app.b ON b.a_id = a.id;
CREATE MATERIALIZED VIEW app.mv AS SELECT count(*) AS n FROM app.b;
CREATE FUNCTION app.f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + 1';
CREATE PROCEDURE app.p() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER off BEFORE INSERT ON app.b FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER always AFTER UPDATE ON app.b FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.b DISABLE TRIGGER off;
ALTER TABLE app.b ENABLE ALWAYS TRIGGER always;
CREATE TABLE app.part (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE app.part_1 PARTITION OF app.part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.part_2 PARTITION OF app.part DEFAULT;
CREATE INDEX part_d ON app.part (d);
CREATE TABLE app.child (extra int) INHERITS (app.a);
ALTER TABLE app.a ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_some ON app.a FOR SELECT USING (id > 0);
CREATE RULE no_delete AS ON DELETE TO app.child DO INSTEAD NOTHING;
CREATE STATISTICS app.st ON id, a_id FROM app.b;
CREATE TABLE app."We ird" ("Col umn" int);
CREATE TABLE plain (id int);"#;

pub fn object<'a>(schema: &'a Schema, kind: Kind, name: &str) -> &'a Object {
    let mut objects = schema.objects.iter();
    let found = objects.find(|object| object.kind == kind && object.name == name);
    found.unwrap_or_else(|| panic!("no {} `{name}`", kind.word()))
}

/// `- column app.a.t`, `+` for extra, `~` for different.
pub fn signs(differences: &[Difference]) -> Vec<String> {
    let sign = |class| match class {
        Class::Missing => '-',
        Class::Extra => '+',
        Class::Different => '~',
    };
    let line = |it: &Difference| format!("{} {} {}", sign(it.difference), it.kind.word(), it.name);
    differences.iter().map(line).collect()
}
