//! The table of contents of a dump, as `pg_restore --list` prints it, or as a plain one was read.

use super::script::Mark;
use crate::pg::TableName;

/// An entry that has rows or a sequence's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::copy) struct Entry {
    /// The whole line, to be handed back in a list of what to restore.
    pub line: String,
    pub content: Content,
    /// Where it stands among all, which is the order of the rows in the file.
    pub place: usize,
    /// `schema name owner`. Names are not quoted in it, so that only whoever knows them can tell them apart.
    words: String,
    /// The name, where it is known.
    exact: Option<TableName>,
    /// Where it is in a file.
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::copy) enum Content {
    Rows,
    Position,
    LargeObjects,
}

impl Entry {
    pub fn read_all(list: &str) -> Vec<Self> {
        let lines = list.lines().enumerate();
        lines
            .filter_map(|(place, line)| Self::read(place, line))
            .collect()
    }

    /// `3456; 0 16401 TABLE DATA public lat owner`
    fn read(place: usize, line: &str) -> Option<Self> {
        let (_, rest) = line.split_once("; ").filter(|(id, _)| !id.is_empty())?;
        let (_, rest) = rest.split_once(' ')?;
        let (_, description) = rest.split_once(' ')?;
        let kinds = [
            ("TABLE DATA ", Content::Rows),
            ("SEQUENCE SET ", Content::Position),
            ("BLOBS ", Content::LargeObjects),
        ];
        let (words, content) = kinds
            .into_iter()
            .find_map(|(kind, content)| Some((description.strip_prefix(kind)?, content)))?;
        Some(Self {
            line: line.to_owned(),
            content,
            place,
            words: words.to_owned(),
            exact: None,
            mark: None,
        })
    }

    /// An entry of a plain dump.
    pub fn exact(name: TableName, content: Content, place: usize, mark: Mark) -> Self {
        Self {
            line: String::new(),
            content,
            place,
            words: String::new(),
            exact: Some(name),
            mark: Some(mark),
        }
    }

    /// Whether the entry may be that of `name`; exactly so unless names have blanks in them.
    pub fn may_be(&self, name: &TableName) -> bool {
        if let Some(exact) = &self.exact {
            return exact == name;
        }
        self.words
            .strip_prefix(name.schema.as_str())
            .and_then(|rest| rest.strip_prefix(' '))
            .and_then(|rest| rest.strip_prefix(name.name.as_str()))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The name, provided that neither schema nor owner has a blank in it.
    pub fn name(&self) -> TableName {
        if let Some(exact) = &self.exact {
            return exact.clone();
        }
        let (schema, rest) = self.words.split_once(' ').unwrap_or(("", &self.words));
        let (name, _) = rest.rsplit_once(' ').unwrap_or((rest, ""));
        TableName::new(schema, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
;
; Archive created at 2026-11-20 02:28:05 UTC
;     TOC Entries: 148
216; 1259 18779 TABLE public lat postgres
3456; 0 16401 TABLE DATA public lat postgres
3457; 0 16402 TABLE DATA We ird a table postgres
3458; 0 16403 TABLE DATA public ownerless 
3570; 0 0 SEQUENCE SET public lat_id_seq postgres
3571; 0 0 BLOBS - BLOBS ";

    #[test]
    fn entries_with_rows_and_positions_are_read() {
        let entries = Entry::read_all(LIST);
        let contents: Vec<_> = entries.iter().map(|entry| entry.content).collect();
        assert_eq!(contents[..3], [Content::Rows; 3]);
        assert_eq!(contents[3..], [Content::Position, Content::LargeObjects]);
        assert_eq!(entries[0].name(), TableName::new("public", "lat"));
        assert_eq!(entries[2].name(), TableName::new("public", "ownerless"));
        assert!(entries[0].may_be(&TableName::new("public", "lat")));
        assert!(!entries[0].may_be(&TableName::new("public", "la")));
        assert!(entries[1].may_be(&TableName::new("We ird", "a table")));
        assert!(entries[2].may_be(&TableName::new("public", "ownerless")));
    }
}
