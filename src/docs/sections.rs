//! The text of a declaration: what is said, what is raised, an example.

/// Where a text of comment lines goes.
#[derive(Default)]
pub(super) struct Sections {
    pub summary: String,
    pub text: String,
    pub errors: Vec<String>,
    pub example: Option<String>,
    /// Headings that are none of ours.
    pub unknown: Vec<String>,
}

enum Place {
    Text,
    Errors,
    Example,
}

impl Sections {
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut text, mut errors, mut example) = (Vec::new(), Vec::new(), Vec::new());
        let mut sections = Self::default();
        let mut place = Place::Text;
        for line in lines {
            match line.strip_prefix("# ") {
                Some("Errors") => place = Place::Errors,
                Some("Example") => place = Place::Example,
                Some(other) => sections.unknown.push(other.to_owned()),
                None => match place {
                    Place::Text => text.push(line),
                    Place::Errors => errors.push(line),
                    Place::Example => example.push(line),
                },
            }
        }
        sections.text = paragraphs(&text);
        sections.summary = first_sentence(&sections.text);
        sections.errors = items(&errors);
        sections.example = fenced(&example);
        sections
    }
}

/// Joins the lines of each paragraph; code keeps its own.
fn paragraphs(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut before = "";
    for line in lines {
        let is_code = |line: &str| line.starts_with("    ");
        let blank = line.trim().is_empty();
        if blank {
            before = "";
            continue;
        }
        out.push_str(match (out.is_empty(), before.is_empty()) {
            (true, _) => "",
            (_, true) => "\n\n",
            _ if is_code(line) || is_code(before) => "\n",
            _ => " ",
        });
        out.push_str(if is_code(line) {
            line.trim_end()
        } else {
            line.trim()
        });
        before = line;
    }
    out
}

fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    // A full stop inside of code ends nothing.
    let mut ends = paragraph.match_indices(". ").map(|(at, _)| at);
    let end = ends.find(|at| paragraph[..*at].matches('`').count().is_multiple_of(2));
    let sentence = end.map_or(paragraph, |end| &paragraph[..end]);
    sentence.trim_end_matches(['.', ':']).to_owned()
}

/// The items of a list, each with the indented lines below it.
fn items(lines: &[&str]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        match (line.strip_prefix("- "), items.last_mut()) {
            (None, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (item, _) => items.push(item.unwrap_or(line).trim().to_owned()),
        }
    }
    items
}

/// What stands between the fences.
fn fenced(lines: &[&str]) -> Option<String> {
    let inside = lines
        .iter()
        .skip_while(|line| !line.starts_with("```"))
        .skip(1);
    let code: Vec<&str> = inside
        .take_while(|line| !line.starts_with("```"))
        .copied()
        .collect();
    (!code.is_empty()).then(|| code.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_divided_by_its_headings() {
        let text = "\
Copies `a. b` rows. In a
commit.

As in:

    x = 1
      y = 2

# Errors
- no table
  of that name
- no right

# Example
```lua
copy.tables {
  from = dev,
}
```";
        let sections = Sections::of(text.lines());
        assert_eq!(sections.summary, "Copies `a. b` rows");
        assert_eq!(
            sections.text,
            "Copies `a. b` rows. In a commit.\n\nAs in:\n\n    x = 1\n      y = 2"
        );
        assert_eq!(sections.errors, ["no table of that name", "no right"]);
        assert_eq!(
            sections.example.as_deref(),
            Some("copy.tables {\n  from = dev,\n}")
        );
        assert!(sections.unknown.is_empty());
    }
}
