//! Pages of help, fitted to the terminal.

use unicode_width::UnicodeWidthStr;

use super::escape;
use super::paint::Paint;
use super::results::pieces;
use crate::docs::{Block, Item, Page};
use crate::progress::Tone;

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
const NARROWEST: usize = 20;
const INDENT: usize = 2;
const HANGING: usize = 6;
/// The widest head that texts stand beside.
const HEADS: usize = 24;

/// The page, its lines no longer than `width`; code keeps its own.
pub fn render(page: &Page, width: usize, paint: Paint) -> String {
    let mut shown = Shown {
        out: String::new(),
        width: width.clamp(NARROWEST, WIDEST),
        paint,
    };
    for block in &page.blocks {
        shown.block(block);
    }
    shown.out
}

fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let pieces = pieces(text, width).into_iter();
    pieces.map(|piece| piece.text).collect()
}

struct Shown {
    out: String,
    width: usize,
    paint: Paint,
}

impl Shown {
    fn block(&mut self, block: &Block) {
        let apart = !self.out.is_empty() && !matches!(block, Block::Items(_) | Block::Code(_));
        if apart {
            self.out.push('\n');
        }
        match block {
            Block::Title(title) => self.painted(0, title),
            Block::Heading(heading) => self.painted(0, heading),
            Block::Text(text) => self.text(text),
            Block::Items(items) if items.iter().any(|item| !item.note.is_empty()) => {
                for item in items {
                    self.stacked(item);
                }
            }
            Block::Items(items) => self.columns(items),
            Block::Code(code) => self.code(code),
        }
    }

    /// In bold, as the words that are looked for.
    fn painted(&mut self, indent: usize, text: &str) {
        for line in wrapped(&escape::line(text), self.width.saturating_sub(indent)) {
            let line = self.paint.bold(line);
            self.line(indent, &line);
        }
    }

    fn text(&mut self, text: &str) {
        for (place, paragraph) in text.split("\n\n").enumerate() {
            if place > 0 {
                self.out.push('\n');
            }
            for line in paragraph.lines() {
                if line.starts_with("    ") {
                    self.line(0, &escape::line(line));
                } else {
                    self.filled(0, line);
                }
            }
        }
    }

    fn filled(&mut self, indent: usize, text: &str) {
        for line in wrapped(&escape::line(text), self.width.saturating_sub(indent)) {
            self.line(indent, line);
        }
    }

    /// The head with its note, and the text below.
    fn stacked(&mut self, item: &Item) {
        let head = escape::line(&item.head);
        let behind = INDENT + head.width() + 2;
        let note = escape::line(&item.note);
        let mut lines = wrapped(&note, self.width.saturating_sub(behind)).into_iter();
        let first = lines.next().unwrap_or_default();
        let first = format!(
            "{}  {}",
            self.paint.bold(&head),
            self.paint.tone(Tone::Faint, first)
        );
        self.line(INDENT, first.trim_end());
        for line in lines {
            let line = self.paint.tone(Tone::Faint, line);
            self.line(behind, &line);
        }
        if !item.text.is_empty() {
            self.filled(HANGING, &item.text);
        }
    }

    /// Heads on the left, texts on the right.
    fn columns(&mut self, items: &[Item]) {
        let heads: Vec<String> = items.iter().map(|item| escape::line(&item.head)).collect();
        let widest = heads
            .iter()
            .map(|head| head.width())
            .filter(|width| *width <= HEADS);
        let column = widest.max().unwrap_or(0);
        for (head, item) in heads.iter().zip(items) {
            let text = escape::line(&item.text);
            let behind = INDENT + column + 2;
            let mut lines = wrapped(&text, self.width.saturating_sub(behind)).into_iter();
            let bold = if head == "-" {
                head.clone()
            } else {
                self.paint.bold(head)
            };
            if head.width() > column {
                self.line(INDENT, &bold);
            } else {
                let blank = " ".repeat(column - head.width());
                let first = lines.next().unwrap_or_default();
                self.line(INDENT, format!("{bold}{blank}  {first}").trim_end());
            }
            lines.for_each(|line| self.line(behind, line));
        }
    }

    fn code(&mut self, code: &str) {
        for line in code.lines() {
            self.line(INDENT, &escape::line(line));
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(text);
        }
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let item = |head: &str, note: &str, text: &str| Item {
            note: note.to_owned(),
            ..Item::new(head, text)
        };
        Page {
            blocks: vec![
                Block::Title("walk { to =, ... }".to_owned()),
                Block::Text(
                    "Walks to a place, step by step, until it is there.\n\n    as = is".to_owned(),
                ),
                Block::Heading("Options".to_owned()),
                Block::Items(vec![
                    item("to", "string", "where to"),
                    item(
                        "pace",
                        "\"slow\"|\"fast\" (default \"slow\")",
                        "how fast it is, and how far",
                    ),
                ]),
                Block::Heading("Raises".to_owned()),
                Block::Items(vec![Item::new(
                    "-",
                    "the way is closed by a gate or a \u{1b}[31mriver",
                )]),
                Block::Heading("Example".to_owned()),
                Block::Code("walk {\n  to = \"the sea\",\n}".to_owned()),
            ],
            document: serde_json::Value::Null,
        }
    }

    #[test]
    fn a_page_is_fitted_and_escaped() {
        let expected = "\
walk { to =, ... }

Walks to a place, step by step,
until it is there.

    as = is

Options
  to  string
      where to
  pace  \"slow\"|\"fast\" (default
        \"slow\")
      how fast it is, and how far

Raises
  -  the way is closed by a gate
     or a \\u{1b}[31mriver

Example
  walk {
    to = \"the sea\",
  }
";
        assert_eq!(render(&page(), 34, Paint { on: false }), expected);
    }

    #[test]
    fn colour_changes_no_line() {
        let plain = render(&page(), 60, Paint { on: false });
        let painted = render(&page(), 60, Paint { on: true });
        assert!(painted.contains("\u{1b}[1mOptions\u{1b}[0m\n"), "{painted}");
        let mut bare = painted;
        for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m"] {
            bare = bare.replace(code, "");
        }
        assert_eq!(bare, plain);
    }
}
