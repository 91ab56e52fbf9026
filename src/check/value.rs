//! What an expression is, as far as it can be told without running it.

use full_moon::ast::{BinOp, Expression, UnOp};
use full_moon::tokenizer::{StringLiteralQuoteType, TokenReference, TokenType};

use crate::docs::Entry;

/// What a name or an expression stands for.
#[derive(Debug, Clone)]
pub enum What {
    Unknown,
    /// A global with fields of ours: `copy`.
    Module(&'static str),
    /// One of Lua's: `string`.
    Library(String),
    /// A function or a method that is declared.
    Function(&'static Entry),
    /// A value of a class; of a `Db` the target, where it is known.
    Instance(&'static Entry, Option<String>),
}

impl What {
    /// The target of a `Db`.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Instance(class, target) if class.name == "Db" => target.as_deref(),
            _ => None,
        }
    }
}

/// An expression that stands for itself.
#[derive(Debug, Clone)]
pub enum Literal {
    /// `None` for one that is put together while the playbook runs.
    Text(Option<String>),
    Integer,
    Float,
    Boolean(bool),
    Nil,
    Function,
    Table,
    /// Anything else.
    Other,
}

impl Literal {
    pub fn of(expression: &Expression) -> Self {
        match expression {
            Expression::String(token) => Self::Text(text(token)),
            Expression::Number(token) => number(token),
            Expression::Symbol(token) => match token.token().to_string().as_str() {
                "true" => Self::Boolean(true),
                "false" => Self::Boolean(false),
                "nil" => Self::Nil,
                _ => Self::Other,
            },
            Expression::Function(_) => Self::Function,
            Expression::TableConstructor(_) => Self::Table,
            Expression::Parentheses { expression, .. } => Self::of(expression),
            Expression::UnaryOperator {
                unop: UnOp::Minus(_),
                expression,
            } => match Self::of(expression) {
                number @ (Self::Integer | Self::Float) => number,
                _ => Self::Other,
            },
            Expression::BinaryOperator {
                binop: BinOp::TwoDots(_),
                ..
            } => Self::Text(None),
            _ => Self::Other,
        }
    }

    /// As Lua names the type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Integer | Self::Float => "number",
            Self::Boolean(_) => "boolean",
            Self::Nil | Self::Other => "nil",
            Self::Function => "function",
            Self::Table => "table",
        }
    }
}

fn number(token: &TokenReference) -> Literal {
    let text = token.token().to_string().to_lowercase();
    if text.starts_with("0x") {
        return if text.contains(['.', 'p']) {
            Literal::Float
        } else {
            Literal::Integer
        };
    }
    // Lua takes a float without a fraction for an integer where it wants one.
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 => Literal::Integer,
        _ => Literal::Float,
    }
}

/// The text of a string as it stands there; `None` where it holds escapes.
pub fn text(token: &TokenReference) -> Option<String> {
    let TokenType::StringLiteral {
        literal,
        quote_type,
        ..
    } = token.token().token_type()
    else {
        return None;
    };
    let literal = literal.as_str();
    if *quote_type == StringLiteralQuoteType::Brackets {
        let inner = literal.strip_prefix("\r\n").or(literal.strip_prefix('\n'));
        return Some(inner.unwrap_or(literal).to_owned());
    }
    (!literal.contains('\\')).then(|| literal.to_owned())
}
