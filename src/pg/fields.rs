//! Reading the rows of our own statements, column after column.

use super::Value;

/// The values of one row, taken in order.
///
/// The statements are ours and so are the types of their columns: a value that is not what is asked for can
/// only be NULL, and reads as nothing (`""`, 0, false, no items).
pub(crate) struct Fields(std::vec::IntoIter<Value>);

impl Fields {
    pub fn new(row: Vec<Value>) -> Self {
        Self(row.into_iter())
    }

    pub fn value(&mut self) -> Value {
        self.0.next().unwrap_or(Value::Null)
    }

    pub fn optional(&mut self) -> Option<String> {
        match self.value() {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn text(&mut self) -> String {
        self.optional().unwrap_or_default()
    }

    pub fn int(&mut self) -> i64 {
        self.value().as_int().unwrap_or_default()
    }

    pub fn count(&mut self) -> u64 {
        u64::try_from(self.int()).unwrap_or_default()
    }

    pub fn oid(&mut self) -> u32 {
        u32::try_from(self.int()).unwrap_or_default()
    }

    pub fn flag(&mut self) -> bool {
        self.value().as_bool().unwrap_or_default()
    }

    pub fn texts(&mut self) -> Vec<String> {
        self.items(|item| match item {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    pub fn oids(&mut self) -> Vec<u32> {
        self.items(|item| u32::try_from(item.as_int()?).ok())
    }

    fn items<T>(&mut self, read: impl Fn(Value) -> Option<T>) -> Vec<T> {
        match self.value() {
            Value::Array(items) => items.into_iter().filter_map(read).collect(),
            _ => Vec::new(),
        }
    }
}
