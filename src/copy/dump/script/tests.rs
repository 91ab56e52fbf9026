use super::*;

fn script(text: &str) -> Script<&[u8]> {
    Script::new(Some(text.as_bytes()), Path::new("x.dump"))
}

async fn rows<R: AsyncRead + Unpin + Send>(script: &mut Script<R>) -> (String, u64) {
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
    let error = script("INSERT INTO public.t VALUES (1);\n").next().await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("without `--inserts`")
    );
    let error = script("COPY public.t (x FROM stdin;\n").next().await;
    let error = error.unwrap_err().to_string();
    assert_eq!(
        error,
        "`pg_restore` wrote what is not understood: `COPY public.t (x FROM stdin;`"
    );
}
