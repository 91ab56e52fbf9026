//! `runner help [NAME]`: commands and what Lua programs may call.

use serde_json::{Value, json};

use super::End;
use super::args::{self, Options};
use crate::config::did_you_mean;
use crate::docs::{self, Block, Item, Page};
use crate::progress::{Event, Reporter};
use crate::ui::Report;

/// Tells about a command, a function, a module, a class; of all of them without a name.
pub fn run(name: Option<&str>, options: &Options, reporter: &Reporter) -> Result<(), End> {
    let show = |page: Page| reporter.event(&Event::Page(Box::new(page)));
    let Some(name) = name else {
        show(overview());
        return Ok(());
    };
    let entry = docs::lookup(name);
    // `tunnel` is a command, and what Lua programs open one with.
    let command = args::help_of(name);
    if let Some(text) = &command
        && !(options.results.is_json() && entry.is_some())
    {
        show(of_command(name, text, entry.is_some()));
    }
    if let Some(entry) = entry {
        show(docs::page(entry));
    } else if command.is_none() {
        return Err(unknown(name));
    }
    Ok(())
}

fn overview() -> Page {
    let commands = args::commands();
    let items = commands.iter().map(|(name, about)| Item::new(name, about));
    let mut blocks = vec![
        Block::Title("runner [OPTIONS] FILE [--param value ...]".to_owned()),
        Block::Text(
            "Runs a playbook. `runner help NAME` tells more about any of these, `runner FILE --help` about the parameters \
             of a playbook."
                .to_owned(),
        ),
        Block::Heading("Commands".to_owned()),
        Block::Items(items.collect()),
    ];
    let lua = docs::overview();
    blocks.extend(lua.blocks);
    let commands = commands
        .iter()
        .map(|(name, about)| json!({ "name": name, "summary": about }));
    Page {
        blocks,
        document: json!({ "commands": commands.collect::<Vec<Value>>(), "lua": lua.document }),
    }
}

/// clap's own words, line by line.
fn of_command(name: &str, text: &str, more: bool) -> Page {
    let mut blocks = vec![Block::Code(text.trim_end().to_owned())];
    if more {
        blocks.push(Block::Heading(format!("{name} in Lua")));
    }
    Page {
        blocks,
        document: json!({ "name": name, "help": text }),
    }
}

fn unknown(name: &str) -> End {
    let commands = args::commands();
    let commands = commands.iter().map(|(name, _)| name.as_str());
    let near = docs::similar(name).map(|near| format!(", did you mean `{near}`"));
    let hint = near.unwrap_or_else(|| did_you_mean(name, commands));
    End {
        code: super::USAGE,
        report: Some(Box::new(Report {
            help: Some("`runner help` lists commands and functions".to_owned()),
            ..Report::new(format!("there is no help about `{name}`{hint}"))
        })),
    }
}
