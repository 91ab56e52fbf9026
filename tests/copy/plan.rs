//! What a copy would do is told before anything is changed.

use runner::copy::{KeyEnd, PlanReport, PlannedTable, plan};
use runner::progress::{Event, Table};

use super::*;
use crate::support::Runner;

const SOURCE: &str = "CREATE SCHEMA audit; CREATE TABLE audit.log (id int);
CREATE TABLE parent (id int PRIMARY KEY, up int REFERENCES parent, name varchar(10), extra text, computed int, n int NOT NULL, i int);
CREATE TABLE child (id int, parent_id int REFERENCES parent);
CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
CREATE TABLE fresh (id int); CREATE TABLE grown (id int);
INSERT INTO parent SELECT g, NULL, 'n', 'x', g, g, g FROM generate_series(1, 1200) g;
INSERT INTO parts SELECT g FROM generate_series(1, 500) g;
INSERT INTO grown SELECT g FROM generate_series(1, 10000) g; ANALYZE parent, child, parts, part_1, grown;
INSERT INTO grown SELECT g FROM generate_series(1, 10000) g; INSERT INTO fresh VALUES (1)";
const TARGET: &str = "CREATE SCHEMA audit; CREATE TABLE audit.log (id int);
CREATE TABLE parent (id bigint PRIMARY KEY, up bigint REFERENCES parent, name varchar(20), computed int GENERATED ALWAYS AS (1) STORED,
  extra text, n int, i int GENERATED ALWAYS AS IDENTITY, added text DEFAULT 'x');
CREATE TABLE child (id int, parent_id bigint REFERENCES parent DEFERRABLE);
CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
CREATE TABLE fresh (id int); CREATE TABLE grown (id int);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER on_insert BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER on_update BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER is_off BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION nothing(); ALTER TABLE child DISABLE TRIGGER is_off;
CREATE TRIGGER in_parts BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION nothing()";

async fn planned(from: &Session, to: &Session, mode: Mode, names: &[&str]) -> PlanReport {
    let mut options = options(from, to, mode, names);
    if let Tables::Matching(filter) = &mut options.tables {
        filter.exclude = vec!["audit.*".to_owned()];
    }
    plan(&options).await.unwrap()
}

fn table<'a>(plan: &'a PlanReport, name: &str) -> &'a PlannedTable {
    plan.tables.iter().find(|t| t.table == name).unwrap()
}

fn printed(heard: &Heard) -> Vec<Table> {
    let report = |event| match event {
        Event::Report(table) => Some(table),
        _ => None,
    };
    heard.events().into_iter().filter_map(report).collect()
}

#[test]
fn a_plan_names_each_table_with_what_the_copy_would_meet_there() {
    let pair = Pair::different(SOURCE, TARGET);
    let before = (pair.from.state(), pair.to.state());
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let plan = planned(&from, &to, Mode::Upsert, &["parent", "child"]).await;
        assert_eq!(plan.refused.len(), 1, "{plan:?}");
        assert_eq!(plan.refused[0].table.as_deref(), Some("child"));
        let plan = planned(&from, &to, Mode::Append, &["*.*"]).await;
        assert!(plan.refused.is_empty(), "{plan:?}");
        assert_eq!(plan.excluded, ["audit.log"]);
        let order: Vec<_> = plan.tables.iter().map(|t| t.table.as_str()).collect();
        assert_eq!(order, ["parent", "child", "fresh", "grown", "parts"]);
        let parent = table(&plan, "parent");
        assert_eq!((parent.mode, parent.rows), ("append", Some(1200)));
        assert!(parent.bytes >= 8192);
        assert_eq!(
            (parent.format, table(&plan, "fresh").format),
            ("text", "binary")
        );
        let end = |key: &str, table: &str| KeyEnd {
            key: key.to_owned(),
            table: table.to_owned(),
        };
        assert_eq!(parent.keys_out, [end("parent_up_fkey", "parent")]);
        assert_eq!(
            parent.keys_in,
            [
                end("parent_up_fkey", "parent"),
                end("child_parent_id_fkey", "child")
            ]
        );
        let sides = |text: &str| {
            let text = text.replace("SOURCE", pair.from.name());
            text.replace("TARGET", pair.to.name())
        };
        let differences = [
            "`id` is integer on `SOURCE` and bigint on `TARGET`",
            "`up` is integer on `SOURCE` and bigint on `TARGET`",
            "`name` is character varying(10) on `SOURCE` and character varying(20) on `TARGET`",
            "`computed` is stored on `SOURCE` and computed on `TARGET`",
            "`n` is NOT NULL on `SOURCE` and nullable on `TARGET`",
            "`i` is nullable on `SOURCE` and NOT NULL on `TARGET`",
            "`i` is no identity on `SOURCE` and an identity, generated always on `TARGET`",
            "`added` is missing on `SOURCE` and gets its default",
        ];
        assert_eq!(parent.differences, differences.map(sides));
        let child = table(&plan, "child");
        assert_eq!(child.unit, parent.unit);
        assert_ne!(child.unit, table(&plan, "fresh").unit);
        assert_eq!(plan.units[0].tables, ["parent", "child"]);
        let triggers = |table: &PlannedTable| {
            let triggers = table.triggers.iter();
            let triggers =
                triggers.map(|t| format!("{} {} {} {}", t.name, t.state, t.fires, t.switched_off));
            triggers.collect::<Vec<_>>()
        };
        assert_eq!(
            triggers(child),
            [
                "is_off disabled false false",
                "on_insert origin false true",
                "on_update origin false false"
            ]
        );
        assert_eq!(
            triggers(table(&plan, "parts")),
            ["in_parts origin false true"]
        );
        assert_eq!(child.strategy, "order");
        assert!(
            child.reason.contains("parents before children"),
            "{child:?}"
        );
        assert_eq!(printed(&heard).len(), 2);
    });
    assert_eq!((pair.from.state(), pair.to.state()), before);
}

#[test]
fn rows_are_estimated_as_the_planner_does_and_unknown_where_nobody_counted() {
    let pair = Pair::different(SOURCE, TARGET);
    run(async {
        let (from, to, heard) = pair.sessions().await;
        let plan = planned(
            &from,
            &to,
            Mode::Append,
            &["parts", "fresh", "grown", "child"],
        )
        .await;
        assert_eq!(table(&plan, "parts").rows, Some(500));
        assert_eq!(table(&plan, "fresh").rows, None);
        // Empty and analyzed, or just empty.
        assert_eq!(table(&plan, "child").rows, Some(0));
        let grown = table(&plan, "grown").rows.unwrap();
        assert!((18_000..22_000).contains(&grown), "{grown}");
        let told = heard.notes().join("\n");
        assert!(
            told.contains("nobody knows how many rows: `fresh`"),
            "{told}"
        );
    });
}

#[test]
fn under_a_condition_the_planner_is_asked_and_what_is_chosen_is_counted() {
    let pair = Pair::different(SOURCE, TARGET);
    run(async {
        let (from, to, _) = pair.sessions().await;
        let whole = planned(&from, &to, Mode::Append, &["parent"]).await;
        let mut some = options(&from, &to, Mode::Append, &["parent"]);
        some.tables = rows_of("parent", "id <= 120");
        let some = plan(&some).await.unwrap();
        let (whole, some) = (table(&whole, "parent"), table(&some, "parent"));
        assert!((60..240).contains(&some.rows.unwrap()), "{some:?}");
        assert!(0 < some.bytes && some.bytes < whole.bytes, "{some:?}");
        assert!(!some.counted && !whole.counted);
        let mut chosen = options(&from, &to, Mode::Append, &["parent"]);
        chosen.shape.limit = runner::copy::PerTable::Every(7);
        let chosen = plan(&chosen).await.unwrap();
        let chosen = table(&chosen, "parent");
        assert_eq!((chosen.rows, chosen.counted), (Some(7), true));
    });
}

#[test]
fn what_a_role_may_not_do_is_in_the_plan_and_a_refusal_is_no_error_of_it() {
    let pair = Pair::new(
        "CREATE TABLE t (id int); CREATE TABLE u (id int)",
        "INSERT INTO t VALUES (1)",
    );
    run(async {
        let (from, _) = open(&pair.from).await;
        let to = open_as(&pair.to, "copy_plan").await;
        pair.to.query("GRANT INSERT ON t TO copy_plan");
        let plan = planned(&from, &to, Mode::Replace, &[]).await;
        let name = pair.to.name();
        assert_eq!(
            table(&plan, "t").may_not,
            [
                format!("TRUNCATE on `{name}`"),
                format!("ALTER on `{name}`")
            ]
        );
        assert_eq!(plan.refused[0].table.as_deref(), Some("t"));
        assert!(
            plan.refused[0].reason.contains("may not TRUNCATE `t`"),
            "{plan:?}"
        );
        // The sessions are as usable as before.
        let plan = planned(&from, &to, Mode::Append, &["t"]).await;
        assert!(plan.refused.is_empty() && plan.units.len() == 1, "{plan:?}");
    });
}

#[test]
fn a_playbook_reads_the_plan_and_a_person_sees_it() {
    let pair = Pair::different(SOURCE, TARGET);
    let before = pair.to.state();
    let playbook = r#"
        local plan = copy.plan { from = connect "from", to = connect "to", mode = "append", exclude = "audit.*", tables = "*.*", triggers = false }
        for _, t in ipairs(plan.tables) do
          local fires = {}
          for _, trigger in ipairs(t.triggers) do if trigger.fires then fires[#fires + 1] = trigger.name end end
          print(t.table, t.target, t.mode, t.table == "grown" and "many" or t.rows, t.unit, t.format, #t.differences, #t.keys_in, table.concat(fires, " "))
        end
        print(#plan.units, plan.units[1].tables[2], plan.excluded[1], #plan.refused, math.type(plan.bytes))
        assert(copy.plan { from = connect "from", to = connect "to", tables = "parent", mode = "replace" }.refused[1].table == "parent")
        print(pcall(copy.plan, { from = connect "from", to = connect "to", tables = "nowhere" }))"#;
    let ran = Runner::new()
        .target("from", &pair.from)
        .target("to", &pair.to)
        .protected("GO")
        .playbook(playbook)
        .success();
    assert_eq!(
        ran.stdout,
        "parent\tparent\tappend\t1200\t1\ttext\t8\t2\t\n\
         child\tchild\tappend\t0\t1\ttext\t1\t0\ton_insert\n\
         fresh\tfresh\tappend\tnil\t2\tbinary\t0\t0\t\n\
         grown\tgrown\tappend\tmany\t3\tbinary\t0\t0\t\n\
         parts\tparts\tappend\t500\t4\tbinary\t0\t0\tin_parts\n\
         4\tchild\taudit.log\t0\tinteger\n\
         false\tplaybook.lua:10: no table `nowhere` on `from`\n"
    );
    for line in [
        "append from from to to: 5 tables in 4 units, about 2",
        "unit  strategy  format",
        "excluded: `audit.log`",
        "refused: `parent` on `to` cannot be emptied: `child` refers to it",
        "`parent`.`name` is character varying(10) on `from` and character varying(20) on `to`",
    ] {
        assert!(ran.stderr.contains(line), "{line}:\n{}", ran.stderr);
    }
    pair.to.assert_as_before(&before);
}
