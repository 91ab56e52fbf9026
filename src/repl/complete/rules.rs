//! What may follow in statements that are no queries, by the rules of `rules.txt`.

use std::sync::LazyLock;

use super::super::names::{Attached, Kind, Plain};
use super::slot::Slot;
use super::spot::Spot;
use super::words;
use crate::pg::script::WordKind;

/// What one rule says.
#[derive(Debug)]
struct Rule {
    pattern: Vec<Piece>,
    offers: Vec<Slot>,
}

#[derive(Debug)]
enum Piece {
    One(Vec<One>),
    Optional(Vec<Piece>),
    /// Any words, or none.
    Any,
}

#[derive(Debug, PartialEq, Eq)]
enum One {
    Word(&'static str),
    Name,
    Closed,
}

/// A word of the statement as the rules see it.
#[derive(Debug, PartialEq, Eq)]
enum Item {
    /// In capitals; or a character that is no word.
    Word(String),
    /// In quotes, with a schema, or a value.
    Name,
    /// All that stands in parentheses.
    Closed,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let lines = include_str!("rules.txt").lines();
    lines.filter_map(rule).collect()
});

/// What may stand at the cursor; `None` where no rule speaks of such a place.
pub fn offers(spot: &Spot) -> Option<&'static [Slot]> {
    let items = items(spot);
    let rule = RULES.iter().find(|rule| fits(&rule.pattern, &items))?;
    Some(&rule.offers)
}

/// All keywords that the rules know.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    let words = RULES.iter().flat_map(|rule| {
        let offered = rule.offers.iter().filter_map(|slot| match slot {
            Slot::Words(list) => Some(list.iter().copied()),
            _ => None,
        });
        offered.flatten().chain(words_of(&rule.pattern))
    });
    let words = words.flat_map(str::split_ascii_whitespace);
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn words_of(pattern: &'static [Piece]) -> Vec<&'static str> {
    let words = pattern.iter().flat_map(|piece| match piece {
        Piece::One(all) => all
            .iter()
            .filter_map(|one| match one {
                One::Word(word) => Some(*word),
                _ => None,
            })
            .collect(),
        Piece::Optional(inner) => words_of(inner),
        Piece::Any => Vec::new(),
    });
    words.collect()
}

fn rule(line: &'static str) -> Option<Rule> {
    let line = Some(line).filter(|line| !line.starts_with('#'))?;
    let (pattern, offers) = line.split_once(" :")?;
    Some(Rule {
        pattern: pieces(pattern),
        offers: slots(offers),
    })
}

fn pieces(pattern: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    // What stands before the brackets that are open.
    let mut stack: Vec<Vec<Piece>> = Vec::new();
    for word in pattern.split(' ') {
        let inner = word.trim_start_matches('[');
        for _ in inner.len()..word.len() {
            stack.push(std::mem::take(&mut pieces));
        }
        let bare = inner.trim_end_matches(']');
        pieces.push(piece(bare));
        for _ in bare.len()..inner.len() {
            let outer = stack.pop().unwrap_or_default();
            let optional = std::mem::replace(&mut pieces, outer);
            pieces.push(Piece::Optional(optional));
        }
    }
    pieces
}

fn piece(word: &'static str) -> Piece {
    if word == "..." {
        return Piece::Any;
    }
    let all = word.split('|').map(|word| match word {
        "*" => One::Name,
        "()" => One::Closed,
        word => One::Word(word),
    });
    Piece::One(all.collect())
}

/// What is offered: keywords together, and what is in `<>` by what it is.
fn slots(offers: &'static str) -> Vec<Slot> {
    let offers = offers.split(',').map(str::trim);
    let offers = offers.filter(|offer| !offer.is_empty());
    let (kinds, phrases): (Vec<_>, Vec<_>) = offers.partition(|offer| offer.starts_with('<'));
    let mut slots: Vec<Slot> = kinds.into_iter().map(kind).collect();
    if !phrases.is_empty() {
        slots.push(Slot::Words(phrases.into()));
    }
    slots
}

fn kind(offer: &str) -> Slot {
    match offer {
        "<table>" => Slot::Relation(&[Kind::Table]),
        "<writable>" => Slot::Relation(&[Kind::Table, Kind::View]),
        "<view>" => Slot::Relation(&[Kind::View]),
        "<materialized view>" => Slot::Relation(&[Kind::MaterializedView]),
        "<index>" => Slot::Relation(&[Kind::Index]),
        "<sequence>" => Slot::Relation(&[Kind::Sequence]),
        "<relation>" => Slot::Relation(&[]),
        "<column>" => Slot::Column,
        "<its column>" => Slot::ItsColumn,
        "<target column>" => Slot::TargetColumn,
        "<value>" => Slot::Value,
        "<function>" => Slot::Function,
        "<procedure>" => Slot::Procedure,
        "<type>" => Slot::Type,
        "<setting>" => Slot::Setting,
        "<setting value>" => Slot::SettingValue,
        "<constraint>" => Slot::Attached(Attached::Constraint),
        "<trigger>" => Slot::Attached(Attached::Trigger),
        "<policy>" => Slot::Attached(Attached::Policy),
        "<rule>" => Slot::Attached(Attached::Rule),
        plain => Slot::Plain(match plain {
            "<role>" => Plain::Role,
            "<schema>" => Plain::Schema,
            "<database>" => Plain::Database,
            "<extension>" => Plain::Extension,
            "<available extension>" => Plain::Available,
            "<method>" => Plain::Method,
            "<tablespace>" => Plain::Tablespace,
            "<language>" => Plain::Language,
            "<publication>" => Plain::Publication,
            "<server>" => Plain::Server,
            "<statistics>" => Plain::Statistics,
            _ => return Slot::Words(words::list(plain.trim_matches(['<', '>'])).into()),
        }),
    }
}

/// The words before the cursor: names with their schemas in one, closed parentheses in one.
fn items(spot: &Spot) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut joins = false;
    for (index, token) in spot.behind().iter().enumerate() {
        let item = match token.kind {
            WordKind::Word => Item::Word(spot.word(index)),
            WordKind::QuotedIdent | WordKind::String | WordKind::Number => Item::Name,
            WordKind::Close => {
                items.truncate(open.pop().unwrap_or(items.len()));
                Item::Closed
            }
            _ => match spot.text_of(token) {
                // Those of `int[]` and `schema.name`.
                "[" | "]" => continue,
                "." => {
                    joins = true;
                    continue;
                }
                // Of a list that is open only the last is looked at, however long it is.
                "," => {
                    if let Some(start) = open.last() {
                        items.truncate(start + 1);
                    }
                    Item::Word(",".to_owned())
                }
                symbol => Item::Word(symbol.to_owned()),
            },
        };
        if token.kind == WordKind::Open {
            open.push(items.len());
        }
        if std::mem::take(&mut joins)
            && let Some(last) = items.last_mut()
        {
            *last = Item::Name;
        } else {
            items.push(item);
        }
    }
    items
}

fn fits(pattern: &[Piece], items: &[Item]) -> bool {
    let Some((piece, rest)) = pattern.split_first() else {
        return items.is_empty();
    };
    match piece {
        Piece::One(all) => items
            .split_first()
            .is_some_and(|(item, behind)| all.iter().any(|one| one.is(item)) && fits(rest, behind)),
        Piece::Any => {
            let is_open = |item: &Item| matches!(item, Item::Word(word) if word == "(");
            let most = items.iter().position(is_open).unwrap_or(items.len());
            (0..=most).any(|taken| fits(rest, &items[taken..]))
        }
        Piece::Optional(inner) => {
            // What may be there is tried at every length that it can have.
            (0..=items.len()).any(|taken| {
                (taken == 0 || fits(inner, &items[..taken])) && fits(rest, &items[taken..])
            })
        }
    }
}

impl One {
    fn is(&self, item: &Item) -> bool {
        match (self, item) {
            (Self::Word(word), Item::Word(found)) => word == found,
            (Self::Name, Item::Name) | (Self::Closed, Item::Closed) => true,
            (Self::Name, Item::Word(found)) => may_be_name(found),
            _ => false,
        }
    }
}

fn may_be_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && !words::has("clauses", word)
        && !words::has("no names", word)
}
