//! What crosses in a copy: `where`, `columns`, `rename`, `mask`, `order_by`, `limit`, `on_missing`.

use crate::copy::Shape;
use crate::host::Result;
use crate::host::options::Options;

pub fn read(options: &Options) -> Result<Shape> {
    options.not_yet(&[
        "where",
        "columns",
        "rename",
        "mask",
        "order_by",
        "limit",
        "on_missing",
    ])?;
    Ok(Shape::default())
}
