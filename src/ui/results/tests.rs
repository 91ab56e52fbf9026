use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex};

use super::*;
use crate::config::Secret;

fn style(width: impl Into<Option<usize>>, expanded: Expanded) -> Style {
    Style {
        width: width.into(),
        ..Style::plain(Format::Aligned, expanded)
    }
}

fn table(columns: &[(&str, bool)], rows: &[&[Option<&str>]]) -> Table {
    let column = |(name, right): &(&str, bool)| Column {
        name: (*name).to_owned(),
        right: *right,
    };
    let cell = |text: Option<&str>| text.map_or_else(Cell::null, Cell::plain);
    Table {
        title: String::new(),
        columns: columns.iter().map(column).collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().copied().map(cell).collect())
            .collect(),
    }
}

#[test]
fn columns_are_aligned_by_what_is_seen() {
    let mut table = table(
        &[("table", false), ("rows", true), ("state", false)],
        &[
            &[Some("public.lat"), Some("12,000"), Some("same")],
            &[Some("漢字"), Some("7"), None],
            &[Some("e\u{301}👩‍👩‍👧"), Some("8"), Some("x")],
        ],
    );
    table.title = "verified".to_owned();
    let expected = "\
verified
table         rows  state
──────────  ──────  ──────
public.lat  12,000  same
漢字             7  <null>
e\u{301}👩‍👩‍👧              8  x
";
    assert_eq!(render(&table, style(None, Expanded::Off)), expected);
}

#[test]
fn colour_does_not_move_a_column() {
    let mut table = table(
        &[("a", false), ("b", false)],
        &[&[None, Some("x")], &[Some("wide text"), Some("y")]],
    );
    table.rows[0][1].tone = Tone::Good;
    let style = Style {
        paint: Paint { on: true },
        ..style(None, Expanded::Off)
    };
    let shown = render(&table, style);
    let row = "\u{1b}[2m<null>\u{1b}[0m     \u{1b}[32mx\u{1b}[0m\nwide text  y\n";
    assert!(shown.ends_with(row), "{shown:?}");
}

#[test]
fn a_table_fits_the_terminal() {
    let table = table(
        &[("id", true), ("text", false)],
        &[&[Some("1"), Some("the quick brown fox jumpsoverthelazydog")]],
    );
    let expected = "\
id  text
──  ────────────────
 1  the quick brown
    fox jumpsoverthe
    lazydog
";
    assert_eq!(render(&table, style(21, Expanded::Off)), expected);
}

#[test]
fn wide_characters_and_clusters_are_never_cut_in_two() {
    let table = table(&[("t", false)], &[&[Some("漢漢漢漢漢👩‍👩‍👧e\u{301}")]]);
    let expected = "t\n─────────\n漢漢漢漢\n漢👩‍👩‍👧e\u{301}\n";
    assert_eq!(render(&table, style(10, Expanded::Off)), expected);
}

#[test]
fn a_cell_of_several_lines_has_them_in_its_column() {
    let table = table(
        &[("n", true), ("t", false), ("u", false)],
        &[&[Some("1"), Some("one\n\nthree"), Some("x\ny")]],
    );
    let expected = "\
n  t      u
─  ─────  ─
1  one  + x+
        + y
   three
";
    assert_eq!(render(&table, style(None, Expanded::Off)), expected);
}

#[test]
fn a_table_too_wide_for_the_terminal_has_a_line_for_each_column() {
    let wide = "a rather long text of many words";
    let table = table(
        &[("id", true), ("text", false), ("漢", false)],
        &[
            &[Some("1"), Some(wide), Some("a\nb")],
            &[None, Some(""), Some("y")],
        ],
    );
    let expected = "\
─[ record 1 ]───────────
id    1
text  a rather long
      text of many
      words
漢    a+
      b
─[ record 2 ]───────────
id    <null>
text
漢    y
";
    assert_eq!(render(&table, style(24, Expanded::Auto)), expected);
    for (width, expanded) in [(80, Expanded::Auto), (24, Expanded::Off)] {
        let shown = render(&table, style(width, expanded));
        assert!(shown.starts_with("    id  text"), "{shown}");
    }
    let shown = render(&table, style(None, Expanded::On));
    assert!(shown.starts_with("─[ record 1 ]──"), "{shown}");
    assert!(shown.contains(wide), "{shown}");
}

#[test]
fn hostile_cells_and_names_are_escaped_and_no_rows_are_told() {
    let mut table = table(&[("a\u{1b}[31m", false)], &[&[Some("x\ty\u{202e}")]]);
    let escaped = "a\\u{1b}[31m\n────────────\nx\\ty\\u{202e}\n";
    assert_eq!(render(&table, style(None, Expanded::Off)), escaped);
    table.rows.clear();
    assert_eq!(
        render(&table, style(None, Expanded::Off)),
        "a\\u{1b}[31m\n───────────\n(no rows)\n"
    );
}

fn of_all_kinds() -> Table {
    let mut table = table(
        &[("name", false), ("n", true), ("n", true), ("d", false)],
        &[
            &[Some("7"), Some("7"), Some("1.50"), Some("{\"a\":\n1}")],
            &[
                Some("a\n\"\u{9b}\t\\,"),
                None,
                Some("12345678901234567890123"),
                Some(""),
            ],
            &[Some("\\."), Some("NaN"), Some("-0.5"), None],
        ],
    );
    table.rows[0][3].is_json = true;
    table
}

#[test]
fn csv_and_tsv_are_exact() {
    let table = of_all_kinds();
    let csv = render(&table, Style::plain(Format::Csv, Expanded::On));
    let expected = "name,n,n,d\n7,7,1.50,\"{\"\"a\"\":\n1}\"\n\"a\n\"\"\u{9b}\t\\,\",,12345678901234567890123,\n\"\\.\",NaN,-0.5,\n";
    assert_eq!(csv, expected);
    let tsv = render(&table, Style::plain(Format::Tsv, Expanded::Off));
    let expected = "name\tn\tn\td\n7\t7\t1.50\t{\"a\":\\n1}\na\\n\"\u{9b}\\t\\\\,\t\\N\t12345678901234567890123\t\n\\\\.\tNaN\t-0.5\t\\N\n";
    assert_eq!(tsv, expected);
}

#[test]
fn in_json_a_row_is_an_object_on_a_line() {
    let json = render(&of_all_kinds(), Style::plain(Format::Json, Expanded::Off));
    let expected = r#"{"name":"7","n":7,"n_2":"1.50","d":{"a": 1}}
{"name":"a\n\"\u009b\t\\,","n":null,"n_2":"12345678901234567890123","d":""}
{"name":"\\.","n":"NaN","n_2":-0.5,"d":null}
"#;
    assert_eq!(json, expected);
}

#[test]
fn what_is_exact_elsewhere_does_not_steer_a_terminal() {
    let table = table(&[("t\u{1b}", false)], &[&[Some("\u{1b}[2J,\n")]]);
    for (format, expected) in [
        (Format::Csv, "t\\u{1b}\n\"\\u{1b}[2J,\n\"\n"),
        (Format::Tsv, "t\\u{1b}\n\\u{1b}[2J,\\n\n"),
    ] {
        let style = Style {
            format,
            ..style(80, Expanded::Off)
        };
        assert_eq!(render(&table, style), expected);
    }
}

/// What was written, and after how many bytes the reader is gone.
#[derive(Clone, Default)]
struct Reader(Arc<Mutex<Vec<u8>>>, Option<usize>);

impl Reader {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut read = self.0.lock().unwrap();
        if self.1.is_some_and(|most| read.len() >= most) {
            return Err(ErrorKind::BrokenPipe.into());
        }
        read.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn numbers(style: Style, reader: &Reader) -> Writer {
    let columns = [Column::right("n"), Column::left("t")];
    Writer::new(&columns, style, Output::stream(reader.clone())).unwrap()
}

fn count(writer: &mut Writer, to: usize) -> io::Result<()> {
    let from = usize::try_from(writer.rows()).unwrap();
    (from + 1..=to).try_for_each(|number| {
        let number = number.to_string();
        writer.row(&[Field::text(&number), Field::text("x")])
    })
}

#[test]
fn the_first_rows_are_shown_before_there_are_others() {
    let reader = Reader::default();
    let mut writer = numbers(style(80, Expanded::Auto), &reader);
    count(&mut writer, 2).unwrap();
    assert_eq!(reader.text(), "");
    writer.settle().unwrap();
    assert_eq!(reader.text(), "n  t\n─  ─\n1  x\n2  x\n");
    count(&mut writer, 10).unwrap();
    writer.finish("(10 rows)").unwrap();
    let text = reader.text();
    assert!(text.ends_with("9  x\n10  x\n(10 rows)\n"), "{text}");
}

#[test]
fn a_column_grows_with_its_numbers_while_the_terminal_has_room() {
    let reader = Reader::default();
    let mut writer = numbers(style(11, Expanded::Off), &reader);
    count(&mut writer, 1).unwrap();
    writer.settle().unwrap();
    for number in ["123", "7", "12345678901"] {
        let fields = [Field::text(number), Field::text("long text")];
        writer.row(&fields).unwrap();
    }
    writer.finish("").unwrap();
    let expected = "\
n  t
─  ─
1  x
123  long
     text
  7  long
     text
123  long
456  text
789
 01
";
    assert_eq!(reader.text(), expected);
}

#[test]
fn a_long_result_is_written_while_it_comes() {
    let reader = Reader::default();
    let mut writer = numbers(style(None, Expanded::Off), &reader);
    count(&mut writer, 100_000).unwrap();
    let early = reader.text().len();
    assert!(early > 800_000, "{early}");
    assert!(
        writer.text.capacity() < 1 << 16,
        "{}",
        writer.text.capacity()
    );
    writer.finish("").unwrap();
    let text = reader.text();
    assert_eq!(text.lines().count(), 100_002);
    assert!(text.contains("\n1000  x\n1001  x\n"), "columns have moved");
}

#[test]
fn a_reader_who_has_seen_enough_is_told_from_a_failure() {
    let reader = Reader(Arc::default(), Some(1000));
    let mut writer = numbers(Style::plain(Format::Csv, Expanded::Off), &reader);
    let error = count(&mut writer, 1_000_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert!(writer.rows() < 1_000_000, "{}", writer.rows());
}

#[test]
fn secrets_are_redacted_where_people_read() {
    Secret::new("results-hush");
    let table = table(&[("t", false)], &[&[Some("a results-hush b")]]);
    let shown = render(&table, style(80, Expanded::Auto));
    assert!(shown.contains("a [secret] b"), "{shown}");
}

mod anything {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn tables() -> impl Strategy<Value = Table> {
        (1..6_usize, 0..6_usize).prop_flat_map(|(columns, rows)| {
            let cell = prop::option::of(prop_oneof![any::<String>(), "[a-z 漢\u{1b}\n]{0,60}"]);
            let cell = cell.prop_map(|text| text.map_or_else(Cell::null, Cell::plain));
            let rows = prop::collection::vec(prop::collection::vec(cell, columns), rows);
            let names = prop::collection::vec((".{0,5}", any::<bool>()), columns);
            (names, rows, ".{0,20}").prop_map(|(names, rows, title)| Table {
                title,
                columns: names
                    .into_iter()
                    .map(|(name, right)| Column { name, right })
                    .collect(),
                rows,
            })
        })
    }

    proptest! {
        #[test]
        fn a_table_of_any_kind_is_shown_at_any_width(table in tables(), width in 0..150_usize) {
            // Nothing of a title or of a name is cut away.
            let title = escape::line(&table.title);
            for expanded in [Expanded::Auto, Expanded::On, Expanded::Off] {
                let shown = render(&table, style(width, expanded));
                prop_assert!(!shown.contains('\u{1b}'), "{shown}");
                for line in shown.lines().filter(|_| width >= 60 && expanded == Expanded::Auto) {
                    prop_assert!(line == title || line.width() <= width, "{width}: {line}");
                }
            }
            for format in [Format::Json, Format::Csv, Format::Tsv] {
                render(&table, Style::plain(format, Expanded::Off));
            }
        }
    }
}
