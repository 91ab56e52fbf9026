//! What a copy does about keys and triggers: `triggers`, `foreign_keys`.

use crate::copy::Guards;
use crate::host::Result;
use crate::host::options::Options;

pub fn read(options: &Options) -> Result<Guards> {
    options.not_yet(&["triggers", "foreign_keys"])?;
    Ok(Guards::default())
}
