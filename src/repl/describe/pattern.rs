//! Patterns as psql reads them: `*` and `?`, `schema.name`, quotes, unquoted capitals folded to small letters, and
//! everything else a regular expression.

use super::Error;

/// Which parts a name of some kind of thing can have before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualified {
    /// Things of the whole server: roles, databases. Extensions too.
    Not,
    /// `database.name`: schemas.
    ByDatabase,
    /// `database.schema.name`.
    BySchema,
}

impl Qualified {
    fn parts(self) -> usize {
        match self {
            Self::Not => 1,
            Self::ByDatabase => 2,
            Self::BySchema => 3,
        }
    }
}

/// A pattern as regular expressions of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern {
    pub schema: Option<String>,
    pub name: Option<String>,
    /// The name as it would be written in the catalogue, for what was meant by it.
    pub literal: String,
    /// As it was typed.
    pub text: String,
}

#[derive(Debug, Default)]
struct Part {
    regex: String,
    literal: String,
}

impl Pattern {
    /// `database` is the one we are in: others are out of reach.
    pub fn parse(text: &str, qualified: Qualified, database: &str) -> Result<Self, Error> {
        let mut parts = parts(text);
        if parts.len() > qualified.parts() {
            return Err(Error::TooManyDots {
                pattern: text.to_owned(),
            });
        }
        let name = parts.pop().unwrap_or_default();
        let schema = (qualified == Qualified::BySchema)
            .then(|| parts.pop())
            .flatten();
        if parts.pop().is_some_and(|named| named.literal != database) {
            return Err(Error::OtherDatabase {
                pattern: text.to_owned(),
            });
        }
        Ok(Self {
            schema: schema.map(|part| part.anchored()),
            name: Some(name.anchored()),
            literal: name.literal,
            text: text.to_owned(),
        })
    }

    /// The regular expression for the type of an argument; `-` is for none.
    pub fn of_argument(text: &str) -> String {
        if text == "-" {
            return String::new();
        }
        let name = parts(type_name(text)).pop().unwrap_or_default();
        name.anchored()
    }
}

impl Part {
    fn anchored(&self) -> String {
        format!("^({})$", self.regex)
    }

    fn wild(&mut self, regex: &str, c: char) {
        self.regex.push_str(regex);
        self.literal.push(c);
    }

    /// A character that means itself.
    fn plain(&mut self, c: char, quoted: bool) {
        self.literal.push(c);
        if c == '$' || quoted && r"|*+?()[]{}.^\".contains(c) {
            self.regex.push('\\');
        }
        self.regex.push(c);
    }
}

/// The server's own name for a type that has another one in SQL.
pub fn type_name(text: &str) -> &str {
    const NAMES: [(&str, &str); 6] = [
        ("decimal", "numeric"),
        ("float", "double precision"),
        ("int", "integer"),
        ("decimal[]", "numeric[]"),
        ("float[]", "double precision[]"),
        ("int[]", "integer[]"),
    ];
    let known = NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map_or(text, |(_, own)| own)
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let last = parts.len() - 1;
        let part = &mut parts[last];
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                part.plain('"', true);
            }
            '"' => quoted = !quoted,
            '*' if !quoted => part.wild(".*", c),
            '?' if !quoted => part.wild(".", c),
            '.' if !quoted => parts.push(Part::default()),
            // The name of an array, not an empty set of characters.
            '[' if !quoted && characters.peek() == Some(&']') => part.plain(c, true),
            c if !quoted => part.plain(c.to_ascii_lowercase(), false),
            c => part.plain(c, true),
        }
    }
    parts
}

/// The words of what stands behind a command; blanks in double quotes do not divide.
pub fn arguments(text: &str) -> Result<Vec<String>, Error> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for c in text.trim().chars() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        } else {
            word.push(c);
        }
    }
    if quoted {
        return Err(Error::OpenQuote {
            pattern: text.trim().to_owned(),
        });
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_what_it_means_to_psql() {
        let by_schema = |text| {
            let pattern = Pattern::parse(text, Qualified::BySchema, "here").unwrap();
            (pattern.schema.unwrap_or_default(), pattern.name.unwrap())
        };
        let bare = |name: &str| (String::new(), name.to_owned());
        assert_eq!(by_schema("Lat"), bare("^(lat)$"));
        assert_eq!(by_schema("\"Lat\""), bare("^(Lat)$"));
        assert_eq!(by_schema("a\"B c\"*"), bare("^(aB c.*)$"));
        assert_eq!(by_schema("\"a*\"\"\""), bare("^(a\\*\")$"));
        assert_eq!(by_schema("l?t[0-9]"), bare("^(l.t[0-9])$"));
        assert_eq!(by_schema("int[]"), bare("^(int\\[])$"));
        assert_eq!(by_schema("a$"), bare("^(a\\$)$"));
        assert_eq!(
            by_schema("Au.\"b.c\""),
            ("^(au)$".into(), "^(b\\.c)$".into())
        );
        assert_eq!(by_schema("here.a.b"), ("^(a)$".into(), "^(b)$".into()));
    }

    #[test]
    fn another_database_and_too_many_dots_are_refused() {
        let error = |text, qualified| {
            let error = Pattern::parse(text, qualified, "here").unwrap_err();
            error.to_string()
        };
        assert_eq!(
            error("x.a.b", Qualified::BySchema),
            "`x.a.b` names another database than the one you are in"
        );
        assert_eq!(
            error("x.a", Qualified::ByDatabase),
            "`x.a` names another database than the one you are in"
        );
        assert_eq!(
            error("a.b", Qualified::Not),
            "too many dots in `a.b`; put a name that has dots in double quotes"
        );
    }

    #[test]
    fn blanks_divide_unless_they_are_quoted() {
        assert_eq!(arguments(" a  \"b c\".d ").unwrap(), ["a", "\"b c\".d"]);
        assert_eq!(
            arguments("\"a").unwrap_err().to_string(),
            "a double quote is not closed in `\"a`"
        );
    }
}
