//! Whether the schema that was made is the one that was asked for.

use serde_json::Value as Json;

use super::diff::between;
use super::read::selected;
use super::{Class, Difference, Error, Kind, Result, Schema, SchemaOptions};
use crate::pg::Session;
use crate::progress::Event;

/// Servers of different versions may print one definition in two ways.
pub(super) async fn compare(options: &SchemaOptions, source: &Schema) -> Result<()> {
    let made = selected(&options.to, &options.tables).await?;
    let mut differences = between(source, &made);
    differences.retain(|it| !is_expected(options, source, it));
    if differences.is_empty() {
        return Ok(());
    }
    let major = |session: &Session| session.server().version_num / 10000;
    if major(&options.from) == major(&options.to) {
        return Err(Error::Differs(differences));
    }
    let title = "definitions that the two versions print differently".to_owned();
    let table = super::diff::table(title, &differences);
    options.to.reporter().event(&Event::Report(table));
    Ok(())
}

/// What a dump does not bring.
fn is_expected(options: &SchemaOptions, source: &Schema, difference: &Difference) -> bool {
    let kept = [
        Kind::Schema,
        Kind::Extension,
        Kind::EventTrigger,
        Kind::Publication,
    ];
    let mut objects = source.objects.iter();
    let object = objects.find(|it| it.kind == difference.kind && it.name == difference.name);
    // Its building failed.
    let is_invalid =
        object.is_some_and(|it| it.properties.get("valid") == Some(&Json::Bool(false)));
    let is_view = difference.kind == Kind::MaterializedView;
    difference.difference == Class::Extra
        || kept.contains(&difference.kind)
        || is_invalid
        // Without rows it has none.
        || is_view && !options.rows
        || are_triggers(options, difference)
}

/// The triggers behind a key that somebody has switched off: told, since they are on now.
fn are_triggers(options: &SchemaOptions, difference: &Difference) -> bool {
    let only_triggers = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        text == "no triggers" || text.starts_with("triggers ") && !text.contains(';')
    };
    let is_so = difference.kind == Kind::Constraint
        && difference.difference == Class::Different
        && only_triggers(&difference.from)
        && only_triggers(&difference.to);
    if is_so {
        options.to.reporter().event(&Event::Warning(format!(
            "the triggers behind `{}` are not in their ordinary state on `{}`; on `{}` they are",
            difference.name,
            options.from.name(),
            options.to.name()
        )));
    }
    is_so
}
