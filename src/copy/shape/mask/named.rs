//! The masks that have names, as SQL.
//!
//! They hang on a keyed hash of the value's text, so that nobody can try candidates without the seed. The seed
//! itself is in no statement, only a key that is made of it.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::pg::{Ident, Literal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Email,
    Name,
    Phone,
    Null,
    Hash,
    /// Digits stay digits, letters letters of their case, everything else as it is.
    KeepFormat,
}

/// What a value of the masked column has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// As `pg_type` calls it: `varchar`.
    pub type_name: String,
    /// How many characters it takes.
    pub length: Option<usize>,
    /// Whether different values have to stay different.
    pub unique: bool,
}

const FIRST: &str = "Ada,Alan,Amal,Ana,Ben,Bo,Carl,Cleo,Dan,Dora,Eli,Emma,Eva,Finn,Gina,Hal,Ida,Ines,Ivan,Jan,Jo,Kai,\
                     Kim,Lea,Leo,Lin,Luca,Maya,Mia,Milo,Nell,Nora,Omar,Otto,Pia,Raj,Rosa,Sam,Tara,Theo,Uma,Vera,Yara,Zoe";
const LAST: &str = "Abbot,Baker,Bell,Brook,Carter,Cole,Cook,Cross,Dale,Dean,Fisher,Flint,Ford,Fox,Gray,Hill,Hunt,Kent,\
                    Lane,Marsh,Mason,Miller,Moss,North,Page,Park,Penn,Pike,Reed,Rice,Shaw,Stone,Swift,Vale,Wade,Ward,\
                    West,Wood,York,Young";

/// Behind the `@` of a masked address; nobody receives mail there.
const DOMAIN: &str = "@example.test";
/// A country code that is nobody's.
const COUNTRY: &str = "+999";
/// Digits of a hash that tell values apart: 64 bits.
const UNIQUE: usize = 16;

/// Keeps what a round gives from being computed wherever the next ones need it, which would double the work each time.
const ONCE: &str = "OFFSET 0";

const TEXTS: [&str; 5] = ["text", "varchar", "bpchar", "citext", "name"];

impl Named {
    pub const WORDS: [(&'static str, Self); 6] = [
        ("email", Self::Email),
        ("name", Self::Name),
        ("phone", Self::Phone),
        ("null", Self::Null),
        ("hash", Self::Hash),
        ("keep-format", Self::KeepFormat),
    ];

    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, named)| *named == self);
        found.map_or("", |(word, _)| word)
    }

    /// The expression that masks `column`, or why there is none.
    pub(super) fn sql(self, column: &str, slot: &Slot, seed: &str) -> Result<String, String> {
        if self == Self::Null {
            return Ok("NULL".to_owned());
        }
        let value = Value::new(self, column, slot, seed);
        let is_text = TEXTS.contains(&slot.type_name.as_str());
        match self {
            Self::Hash if !is_text => value.hash_of_other(&slot.type_name),
            _ if !is_text => Err(format!(
                "mask `{}` is for text, and the column is {}; write an expression",
                self.word(),
                slot.type_name
            )),
            Self::Null => Ok("NULL".to_owned()),
            Self::Hash => {
                let digits = slot.room(0, 64, if slot.unique { UNIQUE } else { 1 })?;
                Ok(value.hex(digits))
            }
            Self::Email => {
                let digits =
                    slot.room(1 + DOMAIN.len(), 20, if slot.unique { UNIQUE } else { 8 })?;
                let (name, domain) = (value.hex(digits), Literal(DOMAIN));
                Ok(joined(&["'u'", &name, &domain.to_string()]))
            }
            Self::Name => value.name(slot),
            Self::Phone => value.phone(slot),
            Self::KeepFormat => Ok(value.keep_format()),
        }
    }
}

impl Slot {
    /// How many digits fit beside `around` characters: `most`, or fewer, but not less than `least`.
    fn room(&self, around: usize, most: usize, least: usize) -> Result<usize, String> {
        let length = self.length.unwrap_or(usize::MAX);
        let room = length.saturating_sub(around).min(most);
        if room >= least {
            return Ok(room);
        }
        let why = if self.unique { " and is unique" } else { "" };
        Err(format!(
            "it takes {length} characters{why}, and the mask needs {}",
            around + least
        ))
    }
}

/// Texts joined; NULL where one is.
fn joined(parts: &[&str]) -> String {
    format!("({})", parts.join(" OPERATOR(pg_catalog.||) "))
}

/// The value of a column and what is hidden of it.
struct Value {
    /// As text, an expression.
    text: String,
    column: String,
    /// Hexadecimal digits.
    key: String,
}

impl Value {
    fn new(named: Named, column: &str, slot: &Slot, seed: &str) -> Self {
        let column = Ident(column).to_string();
        let text = format!("{column}::pg_catalog.text");
        let text = match slot.type_name.as_str() {
            // What is equal has the same mask.
            "citext" => format!("pg_catalog.lower({text})"),
            _ => text,
        };
        Self {
            text,
            column,
            key: key(seed, named.word()),
        }
    }

    /// A hash of a text expression: 32 bytes.
    fn digest(&self, salt: &str, text: &str) -> String {
        let salted = format!("{}{salt}:", self.key);
        let text = joined(&[&Literal(&salted).to_string(), text]);
        format!("pg_catalog.sha256(pg_catalog.convert_to({text}, 'UTF8'))")
    }

    fn hex(&self, digits: usize) -> String {
        let digest = self.digest("", &self.text);
        format!("pg_catalog.\"left\"(pg_catalog.encode({digest}, 'hex'), {digits})")
    }

    fn hash_of_other(&self, type_name: &str) -> Result<String, String> {
        match type_name {
            "uuid" => Ok(format!("{}::pg_catalog.uuid", self.hex(32))),
            "bytea" => Ok(self.digest("", &self.text)),
            "int2" => Ok(self.shuffled(8)),
            "int4" => Ok(self.shuffled(16)),
            "int8" => Ok(self.shuffled(32)),
            other => Err(format!(
                "mask `hash` is for text, integers, uuid and bytea, and the column is {other}; write an expression"
            )),
        }
    }

    /// One of so many words.
    fn word(&self, salt: &str, words: &str) -> String {
        let count = words.split(',').count();
        let byte = format!("pg_catalog.get_byte({}, 0)", self.digest(salt, &self.text));
        format!(
            "pg_catalog.split_part({}, ',', 1 OPERATOR(pg_catalog.+) ({byte} OPERATOR(pg_catalog.%) {count}))",
            Literal(words)
        )
    }

    fn name(&self, slot: &Slot) -> Result<String, String> {
        let (first, last) = (self.word("first", FIRST), self.word("last", LAST));
        let longest = |words: &str| words.split(',').map(str::len).max().unwrap_or_default();
        let names = longest(FIRST) + 1 + longest(LAST);
        if slot.unique {
            let digits = slot.room(names + 1, UNIQUE, UNIQUE)?;
            return Ok(joined(&[&first, "' '", &last, "' '", &self.hex(digits)]));
        }
        let room = slot.room(0, names, 1)?;
        let name = joined(&[&first, "' '", &last]);
        Ok(format!(
            "pg_catalog.rtrim(pg_catalog.\"left\"({name}, {room}))"
        ))
    }

    fn phone(&self, slot: &Slot) -> Result<String, String> {
        let most = if slot.unique { 18 } else { 11 };
        let digits = slot.room(COUNTRY.len(), most, if slot.unique { 18 } else { 6 })?;
        let bits = joined(&["'x'", &self.hex(15)]);
        let number = format!("{bits}::pg_catalog.\"bit\"(60)::pg_catalog.int8");
        let modulus = 10_u64.pow(u32::try_from(digits).unwrap_or_default());
        let number = format!(
            "({number} OPERATOR(pg_catalog.%) {modulus}::pg_catalog.int8)::pg_catalog.text"
        );
        let number = format!("pg_catalog.lpad({number}, {digits}, '0')");
        Ok(joined(&[&Literal(COUNTRY).to_string(), &number]))
    }

    /// An integer of twice `half` bits, changed into another one so that no two become the same: four rounds of a
    /// Feistel network.
    fn shuffled(&self, half: u32) -> String {
        let low = (1_u64 << half) - 1;
        let mut rounds = format!(
            "(SELECT ({column}::pg_catalog.int8 OPERATOR(pg_catalog.>>) {half}) OPERATOR(pg_catalog.&) {low}::pg_catalog.int8 AS l, \
             {column}::pg_catalog.int8 OPERATOR(pg_catalog.&) {low}::pg_catalog.int8 AS r) AS s0",
            column = self.column
        );
        for round in 1..=4 {
            let before = round - 1;
            let digest = self.digest(&round.to_string(), &format!("s{before}.r::pg_catalog.text"));
            let hex = format!("pg_catalog.\"left\"(pg_catalog.encode({digest}, 'hex'), 8)");
            let bits = joined(&["'x'", &hex]);
            let _ = write!(
                rounds,
                ", LATERAL (SELECT s{before}.r AS l, s{before}.l OPERATOR(pg_catalog.#) \
                 ({bits}::pg_catalog.\"bit\"(32)::pg_catalog.int8 OPERATOR(pg_catalog.&) {low}::pg_catalog.int8) AS r {ONCE}) AS s{round}"
            );
        }
        let whole = format!("(s4.l OPERATOR(pg_catalog.<<) {half}) OPERATOR(pg_catalog.|) s4.r");
        let signed = match half {
            32 => whole,
            half => {
                let (bound, span) = (1_u64 << (2 * half - 1), 1_u64 << (2 * half));
                format!(
                    "CASE WHEN ({whole}) OPERATOR(pg_catalog.<) {bound}::pg_catalog.int8 THEN {whole} \
                     ELSE ({whole}) OPERATOR(pg_catalog.-) {span}::pg_catalog.int8 END"
                )
            }
        };
        format!(
            "CASE WHEN {} IS NOT NULL THEN (SELECT {signed} FROM {rounds}) END",
            self.column
        )
    }

    /// The text with each letter and digit moved on in its alphabet, by what the other half of the text says: first
    /// half, second half, and once more. So no two texts become the same.
    fn keep_format(&self) -> String {
        let mut rounds = format!(
            "(SELECT pg_catalog.\"left\"(v.v, h.h) AS a, pg_catalog.substr(v.v, h.h OPERATOR(pg_catalog.+) 1) AS b \
             FROM (SELECT {} AS v) AS v, LATERAL (SELECT pg_catalog.length(v.v) OPERATOR(pg_catalog./) 2 AS h) AS h) AS s0",
            self.text
        );
        for round in 1..=4 {
            let before = round - 1;
            let (a, b) = (format!("s{before}.a"), format!("s{before}.b"));
            let digest = |other: &str| self.digest(&round.to_string(), other);
            let (a, b) = if round % 2 == 1 {
                (moved(&a, &digest(&b)), b)
            } else {
                let moved = moved(&b, &digest(&a));
                (a, moved)
            };
            let _ = write!(
                rounds,
                ", LATERAL (SELECT {a} AS a, {b} AS b {ONCE}) AS s{round}"
            );
        }
        format!(
            "CASE WHEN {} IS NOT NULL THEN (SELECT {} FROM {rounds}) END",
            self.column,
            joined(&["s4.a", "s4.b"])
        )
    }
}

/// Each character of `text` moved on by a byte of `digest`.
fn moved(text: &str, digest: &str) -> String {
    let within = |first: u32, size: u32| {
        format!(
            "pg_catalog.chr({first} OPERATOR(pg_catalog.+) ((c.n OPERATOR(pg_catalog.-) {first} OPERATOR(pg_catalog.+) c.k) \
             OPERATOR(pg_catalog.%) {size}))"
        )
    };
    let between = |first: u32, last: u32| {
        format!("c.n OPERATOR(pg_catalog.>=) {first} AND c.n OPERATOR(pg_catalog.<=) {last}")
    };
    // Letters beyond ASCII stay among their 64 neighbours, which are of the same script.
    let block = "(c.n OPERATOR(pg_catalog.-) (c.n OPERATOR(pg_catalog.%) 64))";
    let beyond = format!(
        "pg_catalog.chr({block} OPERATOR(pg_catalog.+) ((c.n OPERATOR(pg_catalog.+) c.k) OPERATOR(pg_catalog.%) 64))"
    );
    format!(
        "(SELECT COALESCE(pg_catalog.string_agg(CASE WHEN {} THEN {} WHEN {} THEN {} WHEN {} THEN {} \
         WHEN c.n OPERATOR(pg_catalog.>=) 192 THEN {beyond} ELSE c.c END, '' ORDER BY c.i), '') \
         FROM (SELECT e.c, e.i, pg_catalog.ascii(e.c) AS n, \
         pg_catalog.get_byte(d.d, ((e.i OPERATOR(pg_catalog.-) 1::pg_catalog.int8) OPERATOR(pg_catalog.%) 32::pg_catalog.int8)::pg_catalog.int4) AS k \
         FROM (SELECT {digest} AS d) AS d, pg_catalog.regexp_split_to_table({text}, '') WITH ORDINALITY AS e (c, i) \
         WHERE e.c OPERATOR(pg_catalog.<>) '') AS c)",
        between(48, 57),
        within(48, 10),
        between(97, 122),
        within(97, 26),
        between(65, 90),
        within(65, 26),
    )
}

/// What the hashes of one kind of mask are keyed with.
fn key(seed: &str, word: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(seed.as_bytes()) else {
        return String::new();
    };
    mac.update(b"runner mask ");
    mac.update(word.as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(type_name: &str, length: Option<usize>, unique: bool) -> Slot {
        Slot {
            type_name: type_name.to_owned(),
            length,
            unique,
        }
    }

    #[test]
    fn a_mask_that_does_not_fit_is_refused() {
        let refused = |named: Named, slot: Slot| named.sql("c", &slot, "s").unwrap_err();
        assert_eq!(
            refused(Named::Email, slot("varchar", Some(20), false)),
            "it takes 20 characters, and the mask needs 22"
        );
        assert_eq!(
            refused(Named::Email, slot("varchar", Some(25), true)),
            "it takes 25 characters and is unique, and the mask needs 30"
        );
        assert_eq!(
            refused(Named::Phone, slot("int4", None, false)),
            "mask `phone` is for text, and the column is int4; write an expression"
        );
        assert!(refused(Named::Hash, slot("jsonb", None, false)).contains("the column is jsonb"));
        assert_eq!(
            Named::Null
                .sql("c", &slot("jsonb", None, false), "s")
                .unwrap(),
            "NULL"
        );
    }

    #[test]
    fn the_seed_is_in_no_statement_and_changes_every_mask() {
        for (_, named) in Named::WORDS {
            let sql = |seed| named.sql("c", &slot("text", None, false), seed).unwrap();
            assert!(!sql("s3cret-seed").contains("s3cret-seed"));
            assert!(named == Named::Null || sql("one") != sql("two"));
        }
    }
}
