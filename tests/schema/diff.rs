use runner::copy::schema::{Kind, diff, read, table};
use runner::copy::verify::{self, Extra, SchemaOptions};
use runner::pg::catalog::TableFilter;
use runner::progress::Event;

use super::{EVERYTHING, object, signs};
use crate::direct::{open, run};
use crate::support::{Database, dev, prod};

fn filter(tables: &[&str], exclude: &[&str]) -> TableFilter {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    TableFilter {
        tables: (!tables.is_empty()).then(|| own(tables)),
        exclude: own(exclude),
        ..TableFilter::default()
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one database with an object of each kind"
)]
fn every_kind_of_object_is_read_with_what_makes_it_up() {
    let database = Database::with(dev(), EVERYTHING);
    run(async {
        let (session, _) = open(&database).await;
        let schema = read(&session).await.unwrap();
        let text = |kind, name: &str, property: &str| -> Option<String> {
            object(&schema, kind, name)
                .properties
                .get(property)
                .map(|value| match value {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
        };
        let is = |kind, name: &str, expected: &[(&str, &str)]| {
            for (property, value) in expected {
                let found = text(kind, name, property);
                assert_eq!(found.as_deref(), Some(*value), "{name}: {property}");
            }
        };
        is(
            Kind::Column,
            "app.a.id",
            &[
                ("type", "integer"),
                ("nullable", "false"),
                ("identity", "always"),
            ],
        );
        is(
            Kind::Column,
            "app.a.n",
            &[("type", "numeric(10,2)"), ("default", "1.5")],
        );
        is(
            Kind::Column,
            "app.a.t",
            &[("collation", "pg_catalog.\"C\""), ("nullable", "true")],
        );
        is(Kind::Column, "app.a.u", &[("generated", "upper(t)")]);
        is(
            Kind::Column,
            "app.a.m",
            &[("type", "app.mood"), ("default", "'ok'::app.mood")],
        );
        is(
            Kind::Column,
            "app.\"We ird\".\"Col umn\"",
            &[("type", "integer")],
        );
        is(
            Kind::Constraint,
            "app.b.late",
            &[("type", "check"), ("validated", "false")],
        );
        is(
            Kind::Constraint,
            "app.b.b_a_id_fkey",
            &[
                ("type", "foreign key"),
                ("deferrable", "true"),
                ("deferred", "true"),
            ],
        );
        is(
            Kind::Constraint,
            "app.b.b_c_excl",
            &[
                ("type", "exclusion"),
                ("definition", "EXCLUDE USING btree (c WITH =)"),
            ],
        );
        is(
            Kind::Index,
            "app.b_lower",
            &[(
                "definition",
                "CREATE INDEX b_lower ON app.b USING btree (lower(c)) WHERE (id > 3)",
            )],
        );
        is(
            Kind::Sequence,
            "app.numbers",
            &[("start", "5"), ("increment", "2")],
        );
        is(Kind::Sequence, "app.b_id_seq", &[("owned_by", "app.b.id")]);
        is(Kind::MaterializedView, "app.mv", &[("populated", "true")]);
        is(Kind::Trigger, "app.b.off", &[("enabled", "disabled")]);
        is(Kind::Trigger, "app.b.always", &[("enabled", "always")]);
        is(
            Kind::Type,
            "app.mood",
            &[("kind", "enum"), ("labels", "[\"sad\",\"ok\"]")],
        );
        is(
            Kind::Type,
            "app.pair",
            &[
                ("kind", "composite"),
                ("attributes", "[\"x integer\",\"y text\"]"),
            ],
        );
        is(
            Kind::Type,
            "app.pos",
            &[
                ("kind", "domain"),
                ("base", "integer"),
                ("nullable", "false"),
            ],
        );
        is(
            Kind::Table,
            "app.part",
            &[
                ("kind", "partitioned table"),
                ("partition_key", "RANGE (d)"),
            ],
        );
        is(
            Kind::Table,
            "app.part_2",
            &[("partition_of", "app.part"), ("partition_bound", "DEFAULT")],
        );
        is(Kind::Table, "app.child", &[("inherits", "app.a")]);
        is(Kind::Table, "app.a", &[("row_security", "enabled")]);
        is(
            Kind::Policy,
            "app.a.only_some",
            &[("command", "select"), ("using", "(id > 0)")],
        );
        is(Kind::Function, "app.f(i integer)", &[("language", "sql")]);
        is(Kind::Extension, "plpgsql", &[("schema", "pg_catalog")]);
        for (kind, name) in [
            (Kind::View, "app.v"),
            (Kind::Procedure, "app.p()"),
            (Kind::Aggregate, "app.total(integer)"),
            (Kind::Rule, "app.child.no_delete"),
            (Kind::Statistics, "app.st"),
            (Kind::Schema, "app"),
        ] {
            object(&schema, kind, name);
        }
        // The same again, and the search path as it was.
        session.batch("SET search_path = app").await.unwrap();
        assert_eq!(read(&session).await.unwrap(), schema);
        let path = session.value("SHOW search_path", &[]).await.unwrap();
        assert_eq!(path.as_str(), Some("app"));
    });
}

#[test]
fn equal_schemas_have_no_difference_and_others_are_told_one_by_one() {
    let source = Database::with(dev(), EVERYTHING);
    let target = Database::with(prod(), EVERYTHING);
    run(async {
        let (from, _) = open(&source).await;
        let (to, heard) = open(&target).await;
        let everything = TableFilter::default();
        assert_eq!(
            signs(&diff(&from, &to, &everything).await.unwrap()),
            [""; 0]
        );
        target.query(
            "DROP TABLE app.child; CREATE TABLE app.more (id int PRIMARY KEY, v text);
             ALTER TABLE app.b ALTER n TYPE int, ALTER n SET NOT NULL, DROP CONSTRAINT late;
             ALTER TABLE app.b ENABLE TRIGGER off; ALTER TABLE app.b DISABLE TRIGGER ALL; ALTER TABLE app.b ENABLE ALWAYS TRIGGER always;
             CREATE INDEX extra ON app.b (a_id); ALTER TYPE app.mood ADD VALUE 'good';
             ALTER TABLE app.part ADD COLUMN note text; DROP FUNCTION app.f;
             CREATE OR REPLACE VIEW app.v AS SELECT a.id, b.c FROM app.a LEFT JOIN app.b ON b.a_id = a.id;
             ALTER SEQUENCE app.numbers CYCLE",
        );
        let differences = diff(&from, &to, &everything).await.unwrap();
        assert_eq!(
            signs(&differences),
            [
                "~ type app.mood",
                "~ sequence app.numbers",
                "- table app.child",
                "+ table app.more",
                "~ column app.b.n",
                "+ column app.part.note",
                "~ constraint app.b.b_a_id_fkey",
                "- constraint app.b.late",
                "+ index app.extra",
                "~ view app.v",
                "- function app.f(i integer)",
            ]
        );
        let find = |name: &str| {
            let found = differences.iter().find(|it| it.name == name).unwrap();
            (found.from.clone(), found.to.clone())
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            find("app.b.n"),
            (
                some("type bigint; nullable"),
                some("type integer; not nullable")
            )
        );
        assert_eq!(find("app.part.note"), (None, some("text")));
        assert_eq!(
            find("app.mood"),
            (some("labels sad, ok"), some("labels sad, ok, good"))
        );
        assert_eq!(
            find("app.b.late"),
            (some("CHECK ((id > 0)) NOT VALID"), None)
        );
        assert_eq!(
            find("app.b.b_a_id_fkey"),
            (some("no triggers"), some("triggers disabled"))
        );
        let shown = table(String::new(), &differences);
        let view = shown
            .rows
            .iter()
            .find(|row| row[2].text.as_deref() == Some("app.v"))
            .unwrap();
        let cells: Vec<_> = view[3..]
            .iter()
            .map(|cell| cell.text.clone().unwrap())
            .collect();
        let line = "line 4: LEFT JOIN app.b ON ((b.a_id = a.id)));";
        assert_eq!(cells, [line.replace("LEFT ", ""), line.to_owned()]);
        let options = SchemaOptions {
            from: from.clone(),
            to: to.clone(),
            tables: everything,
            extra: Extra::Fail,
        };
        let error = verify::schema(&options).await.unwrap_err().to_string();
        assert!(
            error.starts_with("the schemas differ:\n  different type `app.mood`\n")
                && error.ends_with("\n  and 1 more"),
            "{error}"
        );
        assert!(
            matches!(heard.events().last(), Some(Event::Report(table)) if table.rows.len() == 11)
        );
    });
}

#[test]
fn tables_are_chosen_on_either_side_with_their_parts() {
    let source = Database::with(dev(), EVERYTHING);
    let target = Database::with(
        prod(),
        "CREATE SCHEMA app; CREATE TABLE app.only_there (id int); CREATE TABLE plain (id bigint); CREATE TABLE runs (id int);
         CREATE FUNCTION nothing() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    run(async {
        let (from, _) = open(&source).await;
        let (to, _) = open(&target).await;
        let chosen = async |tables: &[&str], exclude: &[&str]| {
            signs(&diff(&from, &to, &filter(tables, exclude)).await.unwrap())
        };
        assert_eq!(chosen(&["plain"], &[]).await, ["~ column public.plain.id"]);
        assert_eq!(
            chosen(&["app.only*", "app.part"], &[]).await,
            [
                "+ table app.only_there",
                "- table app.part",
                "- table app.part_1",
                "- table app.part_2"
            ]
        );
        assert_eq!(chosen(&["*"], &["plain"]).await, ["+ table public.runs"]);
        let all = chosen(&[], &["app.*"]).await;
        assert!(
            all.contains(&"+ function public.nothing()".to_owned()),
            "{all:?}"
        );
        assert!(
            !all.iter().any(|line| line.contains("table app.")),
            "{all:?}"
        );
        let error = diff(&from, &to, &filter(&["plian"], &[]))
            .await
            .unwrap_err();
        let expected = format!(
            "no table `plian` on `{}`, did you mean `plain`",
            source.name()
        );
        assert_eq!(error.to_string(), expected);
        let error = diff(&from, &to, &filter(&["no*"], &[])).await.unwrap_err();
        assert!(error.to_string().contains("matches `no*`"), "{error}");
        let options = SchemaOptions {
            from: from.clone(),
            to: to.clone(),
            tables: filter(&["*"], &["plain"]),
            extra: Extra::Report,
        };
        assert_eq!(verify::schema(&options).await.unwrap().len(), 1);
    });
}
