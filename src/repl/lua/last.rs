//! What `_` is behind a result that was too much to be kept, or that nobody read to its end.

use mlua::{MetaMethod, UserData, UserDataMethods, Variadic};

/// Says so, whatever is done with it.
pub struct Missing;

const TEXT: &str = "`_` is not there: the last result was too much to be kept, or was left before its end; \
                    `db:query` gives all of one, and `db:rows` one row after the other";

impl UserData for Missing {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, _, ()| Ok(TEXT));
        for what in [
            MetaMethod::Index,
            MetaMethod::NewIndex,
            MetaMethod::Len,
            MetaMethod::Call,
            MetaMethod::Pairs,
        ] {
            methods.add_meta_method(what, |_, _, _: Variadic<mlua::Value>| {
                Err::<(), _>(mlua::Error::runtime(TEXT))
            });
        }
    }
}
