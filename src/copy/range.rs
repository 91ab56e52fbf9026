//! Parts of a table, by where its rows stand on disk.
//!
//! Within one snapshot a row stands in one place, so that ranges without gaps have each row once; of a partitioned
//! table each partition gives its own part. From PostgreSQL 14 on the server reads the pages of a range alone.

/// Pages of the source, from one on and up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    first: u32,
    /// The page behind it; to the end of the table where there is none.
    end: Option<u32>,
}

/// The first major version, as servers number it, that reads a range without reading the rest.
pub(super) const TID_RANGE_SCANS: i64 = 140_000;

impl Range {
    /// A table of so many pages in parts of `size` of them. The last one has no end: the table may have grown.
    pub fn split(pages: u64, size: u64) -> Vec<Self> {
        let size = size.max(1);
        let parts = pages.div_ceil(size).max(1);
        let page = |part: u64| u32::try_from(part * size).unwrap_or(u32::MAX);
        (0..parts)
            .map(|part| Self {
                first: page(part),
                end: (part + 1 < parts).then(|| page(part + 1)),
            })
            .collect()
    }

    /// As SQL over the columns of the table.
    pub fn condition(self) -> String {
        let tid = |page: u32| format!("'({page},0)'::pg_catalog.tid");
        let begin = format!("ctid OPERATOR(pg_catalog.>=) {}", tid(self.first));
        match self.end {
            None => format!("({begin})"),
            Some(end) => format!("({begin} AND ctid OPERATOR(pg_catalog.<) {})", tid(end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_is_a_condition_on_ctid() {
        let ranges = Range::split(250, 100);
        let conditions: Vec<String> = ranges.into_iter().map(Range::condition).collect();
        assert_eq!(
            conditions,
            [
                "(ctid OPERATOR(pg_catalog.>=) '(0,0)'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) '(100,0)'::pg_catalog.tid)",
                "(ctid OPERATOR(pg_catalog.>=) '(100,0)'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) '(200,0)'::pg_catalog.tid)",
                "(ctid OPERATOR(pg_catalog.>=) '(200,0)'::pg_catalog.tid)",
            ]
        );
    }

    proptest! {
        #[test]
        fn ranges_have_every_page_once(pages in 0..10_000_u64, size in 0..3_000_u64) {
            let ranges = Range::split(pages, size);
            prop_assert_eq!(ranges[0].first, 0);
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].end, Some(pair[1].first));
                prop_assert!(pair[0].first < pair[1].first);
            }
            prop_assert_eq!(ranges[ranges.len() - 1].end, None);
        }
    }
}
