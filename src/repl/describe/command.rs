//! Which command it is that describes something, by its name.

use super::other::Other;

/// What a command describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `\d`: one relation after the other in full, or the list of them.
    Relation,
    /// `\dt`, `\dv` and others, and several at once: `\dtv`.
    Relations(Vec<Kind>),
    Schemas,
    /// `\df`, and some kinds of functions only: `\dfa`.
    Functions(Vec<char>),
    Roles,
    Databases,
    Types,
    Extensions,
    FunctionSource,
    ViewSource,
    Other(&'static Other),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub what: What,
    /// `+`: all that there is to say.
    pub verbose: bool,
    /// `S`: the system's own too.
    pub system: bool,
}

/// The kinds of relations that have a list of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Table,
    View,
    MaterializedView,
    Sequence,
    ForeignTable,
    Index,
}

impl Kind {
    /// Those that `\d` lists.
    pub const LISTED: [Self; 5] = [
        Self::Table,
        Self::View,
        Self::MaterializedView,
        Self::Sequence,
        Self::ForeignTable,
    ];

    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            't' => Self::Table,
            'v' => Self::View,
            'm' => Self::MaterializedView,
            's' => Self::Sequence,
            'E' => Self::ForeignTable,
            'i' => Self::Index,
            _ => return None,
        })
    }

    pub fn plural(self) -> &'static str {
        match self {
            Self::Table => "tables",
            Self::View => "views",
            Self::MaterializedView => "materialized views",
            Self::Sequence => "sequences",
            Self::ForeignTable => "foreign tables",
            Self::Index => "indexes",
        }
    }

    /// As the catalogue has them; `all` with those that only a pattern brings up.
    pub fn letters(self, all: bool) -> &'static [&'static str] {
        match self {
            Self::Table if all => &["r", "p", "t"],
            Self::Table => &["r", "p"],
            Self::View => &["v"],
            Self::MaterializedView => &["m"],
            Self::Sequence => &["S"],
            Self::ForeignTable => &["f"],
            Self::Index => &["i", "I"],
        }
    }
}

impl Command {
    /// Reads the name without its backslash: `d`, `dt+`, `dS+`, `sf`.
    pub fn parse(name: &str) -> Option<Self> {
        let base = name.trim_end_matches(['+', 'S']);
        let flags = &name[base.len()..];
        let twice = |flag| flags.matches(flag).count() > 1;
        if twice('+') || twice('S') {
            return None;
        }
        Some(Self {
            what: What::of(base)?,
            verbose: flags.contains('+'),
            system: flags.contains('S'),
        })
    }
}

impl What {
    fn of(base: &str) -> Option<Self> {
        Some(match base {
            "d" => Self::Relation,
            "dn" => Self::Schemas,
            "du" | "dg" => Self::Roles,
            "l" => Self::Databases,
            "dT" => Self::Types,
            "dx" => Self::Extensions,
            "sf" => Self::FunctionSource,
            "sv" => Self::ViewSource,
            _ => {
                if let Some(other) = Other::of(base) {
                    return Some(Self::Other(other));
                }
                let letters = base.strip_prefix('d')?;
                if let Some(kinds) = letters.strip_prefix('f') {
                    return Self::functions(kinds);
                }
                let kinds: Option<Vec<Kind>> = letters.chars().map(Kind::of).collect();
                let mut kinds = kinds?;
                kinds.sort_unstable();
                kinds.dedup();
                Self::Relations(kinds)
            }
        })
    }

    fn functions(kinds: &str) -> Option<Self> {
        const KINDS: &str = "anptw";
        let kinds = if kinds.is_empty() { KINDS } else { kinds };
        kinds
            .chars()
            .all(|kind| KINDS.contains(kind))
            .then(|| Self::Functions(kinds.chars().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_known_by_its_letters_whatever_their_order() {
        let relations = |kinds: &[Kind]| Some(What::Relations(kinds.to_vec()));
        let what = |name| Command::parse(name).map(|command| command.what);
        assert_eq!(what("dvt"), relations(&[Kind::Table, Kind::View]));
        assert_eq!(what("dtv+"), relations(&[Kind::Table, Kind::View]));
        assert_eq!(what("dfa"), Some(What::Functions(vec!['a'])));
        assert_eq!(what("z"), what("dp"));
        assert_eq!(what("dxx"), None);
        assert_eq!(what("dfx"), None);
        assert_eq!(what("x"), None);
        assert_eq!(what("d++"), None);
        let command = Command::parse("dS+").unwrap();
        assert!(command.verbose && command.system);
        assert_eq!(Command::parse("d+S"), Some(command));
    }
}
