use super::*;

fn script(text: &str) -> Script {
    let text = std::io::Cursor::new(text.as_bytes().to_vec());
    Script::new(Box::new(text), Path::new("x.dump"))
}

async fn rows(script: &mut Script) -> (String, u64) {
    let (mut text, mut rows) = (String::new(), 0);
    while let Some((chunk, more)) = script.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        rows += more;
    }
    (text, rows)
}

fn block(table: TableName, columns: &[&str], encoding: &str) -> Item {
    Item::Rows(Block {
        table,
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        encoding: encoding.to_owned(),
    })
}

#[tokio::test]
async fn blocks_and_positions_are_taken_out() {
    let mut script = script(
        "\\restrict abc\n\nSET client_encoding = 'LATIN1';\nSELECT pg_catalog.set_config('search_path', '', false);\n\
         -- Data for Name: lat\nCOPY public.lat (id, \"We ird, (x)\") FROM stdin;\n1\t\\\\.\n\\N\tCOPY\n\\.\n\n\
         COPY \"a\nb\".t  FROM stdin;\n\\.\n\
         SELECT pg_catalog.setval('public.\"Lat_id_seq\"', -2, false);\n\\unrestrict abc\n",
    );
    let lat = TableName::new("public", "lat");
    let first = script.next().await.unwrap().unwrap();
    assert_eq!(first, block(lat, &["id", "We ird, (x)"], "LATIN1"));
    assert_eq!(
        rows(&mut script).await,
        ("1\t\\\\.\n\\N\tCOPY\n".to_owned(), 2)
    );
    let second = script.next().await.unwrap().unwrap();
    assert_eq!(second, block(TableName::new("a\nb", "t"), &[], "LATIN1"));
    let position = Position {
        last: -2,
        called: false,
    };
    let sequence = TableName::new("public", "Lat_id_seq");
    let third = script.next().await.unwrap();
    assert_eq!(third, Some(Item::Position(sequence, position)));
    assert_eq!(script.next().await.unwrap(), None);
}

#[tokio::test]
async fn rows_nobody_reads_are_passed_over() {
    let mut script = script("COPY a.t (x) FROM stdin;\n1\n\\.\nCOPY a.u (x) FROM stdin;\n2\n\\.\n");
    script.next().await.unwrap();
    let second = script.next().await.unwrap().unwrap();
    assert_eq!(second, block(TableName::new("a", "u"), &["x"], "UTF8"));
}

#[tokio::test]
async fn many_rows_come_in_chunks_of_whole_rows() {
    let text = "12345\n".repeat(50_000);
    let text_of_script = format!("COPY a.t (x) FROM stdin;\n{text}\\.\n");
    let mut script = script(&text_of_script);
    script.next().await.unwrap();
    let (chunk, _) = script.chunk().await.unwrap().unwrap();
    assert!(chunk.len() >= CHUNK && chunk.ends_with(b"\n"));
    let (rest, more) = rows(&mut script).await;
    assert_eq!(chunk.len() + rest.len(), text.len());
    assert!(more < 50_000);
}

#[tokio::test]
async fn what_is_cut_short_or_not_copy_is_refused() {
    let mut cut = script("COPY a.t (x) FROM stdin;\n1\n");
    cut.next().await.unwrap();
    let error = cut.chunk().await.unwrap_err().to_string();
    assert_eq!(error, "the dump ends within the rows of `a.t`");
    let error = script("COPY public.t (x FROM stdin;\n").next().await;
    let error = error.unwrap_err().to_string();
    assert_eq!(
        error,
        "`x.dump` ends within the statement `COPY public.t (x FROM stdin;`"
    );
}

#[tokio::test]
async fn only_what_stands_by_itself_is_taken_out() {
    let mut script = script(
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $_$\nCOPY a.t (x) FROM stdin;\nINSERT INTO a.t VALUES (1);\n$_$;\n\
         CREATE FUNCTION g() RETURNS void LANGUAGE sql\nBEGIN ATOMIC\nINSERT INTO a.t VALUES (2);\nEND;\n\
         COMMENT ON TABLE a.t IS 'it''s\nINSERT INTO a.t VALUES (3);\n';\n\
         INSERT INTO a.t VALUES (4, 'x;\nINSERT INTO a.t VALUES (5);\n\\');\n\
         INSERT INTO a.t VALUES (6);\n\
         INSERT INTO \"it's\" (a, \"b;\") OVERRIDING SYSTEM VALUE VALUES\n\t(7, NULL),\n\t(8, '');\n\
         SELECT pg_catalog.lowrite(0, '\\x00');\n",
    );
    let insert = |table: TableName, columns: Option<&[&str]>, rows, rest: &str| {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Some(Item::Insert(Insert {
            table,
            columns: columns.map(own),
            rows,
            rest: rest.to_owned(),
        }))
    };
    let table = || TableName::new("a", "t");
    let first = " VALUES (4, 'x;\nINSERT INTO a.t VALUES (5);\n\\');";
    assert_eq!(
        script.next().await.unwrap(),
        insert(table(), None, 1, first)
    );
    let (place, mark) = (script.place(), script.mark().clone());
    assert_eq!(
        script.next().await.unwrap(),
        insert(table(), None, 1, " VALUES (6);")
    );
    assert_eq!(
        (script.place(), mark.offset() < script.mark().offset()),
        (place, true)
    );
    let rest = " (a, \"b;\") OVERRIDING SYSTEM VALUE VALUES\n\t(7, NULL),\n\t(8, '');";
    let other = TableName::new("public", "it's");
    assert_eq!(
        script.next().await.unwrap(),
        insert(other, Some(&["a", "b;"]), 2, rest)
    );
    assert_eq!(script.place(), place + 1);
    assert_eq!(script.next().await.unwrap(), Some(Item::LargeObject));
    assert_eq!(script.next().await.unwrap(), None);
}

#[tokio::test]
async fn what_is_computed_or_has_no_end_is_refused() {
    for (text, error) in [
        (
            "INSERT INTO a.t VALUES (now());\n",
            "in the dump stands what is not understood, or is more than rows: `INSERT INTO a.t VALUES (now());`",
        ),
        (
            "INSERT INTO a.t VALUES ('x\n",
            "`x.dump` ends within the statement `INSERT INTO a.t VALUES ('x`",
        ),
        (
            "\\! rm\n",
            "in the dump stands what is not understood, or is more than rows: `\\! rm`",
        ),
        (
            "\\connect a\n\\connect b\n",
            "there are several databases in `x.dump`; dump them one by one",
        ),
    ] {
        let refused = script(text).next().await.unwrap_err().to_string();
        assert_eq!(refused, error);
    }
}
