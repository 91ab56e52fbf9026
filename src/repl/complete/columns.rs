//! Which columns may stand at a place, and what else a value may begin with.

use std::collections::HashSet;

use super::sql::Offer;
use super::tables::{Used, used};
use super::{derived, words};

impl Offer<'_> {
    pub fn values(&mut self) {
        self.columns();
        match self.spot.qualifiers.as_slice() {
            [] => {
                for table in used(self.spot) {
                    self.name(table.called());
                }
                // All of them are too many to be of use.
                if !self.spot.prefix.is_empty() {
                    self.functions();
                }
                self.keywords(words::list("expression"));
            }
            [schema] if self.found.is_empty() => {
                self.of_schema(schema, &[]);
                self.functions();
            }
            _ => {}
        }
    }

    /// The columns of the tables that the statement names, or of the one that is named here.
    pub fn columns(&mut self) {
        let mut tables = used(self.spot);
        if let [name] = self.spot.qualifiers.as_slice()
            && tables.iter().any(|table| table.called() == name)
        {
            tables.retain(|table| table.called() == name);
        } else if let Some(named) = Used::named(&self.spot.qualifiers) {
            tables = vec![named];
        }
        for table in tables {
            for column in derived::columns(self.spot, self.names, &table) {
                self.name(&column);
            }
        }
    }

    /// The columns of one table but for those that are in the list already.
    pub fn columns_of(&mut self, table: Option<Used>) {
        let Some(table) = table.filter(|_| self.spot.qualifiers.is_empty()) else {
            return;
        };
        let listed = self.spot.listed();
        for column in derived::columns(self.spot, self.names, &table) {
            if !listed.contains(&column) {
                self.name(&column);
            }
        }
    }

    /// The columns that more than one table has.
    pub fn shared_columns(&mut self) {
        let (mut seen, mut shared) = (HashSet::new(), Vec::new());
        for table in used(self.spot) {
            for column in derived::columns(self.spot, self.names, &table) {
                if !seen.insert(column.clone()) && !shared.contains(&column) {
                    shared.push(column);
                }
            }
        }
        let listed = self.spot.listed();
        shared.retain(|column| !listed.contains(column));
        for column in shared {
            self.name(&column);
        }
    }
}
