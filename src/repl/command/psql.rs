//! What hands that know psql type: its other names of what is here, and what to use in place of what is not.

/// The name of a command here, for another name that psql has for it.
pub fn own_name(name: &str) -> &str {
    match name {
        "connect" => "c",
        "edit" => "e",
        "include" => "i",
        "out" => "o",
        "quit" | "exit" => "q",
        "help" | "h" => "?",
        name => name,
    }
}

/// What does here what a command of psql does there.
pub fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "copy" => {
            "`copy.export` writes rows to a file and `copy.import` reads one; `COPY ... TO STDOUT \\g FILE` works too"
        }
        "echo" | "qecho" | "warn" => "`print(...)` does that here",
        "set" | "unset" => {
            "variables are Lua's here: `x = 1`, and in a statement `db:query('... $1', x)`"
        }
        "pset" | "a" | "t" | "H" | "f" | "C" | "T" => {
            "`\\x` shows rows as records; start with `--csv`, `--tsv` or `--json` for programs"
        }
        "p" | "print" | "s" | "w" | "r" | "reset" => {
            "arrow-up brings the last statement back, Ctrl-R finds others, Ctrl-C drops what is typed"
        }
        "gexec" => {
            "`for _, row in ipairs(_) do db:execute(row.sql) end` runs what the last result says"
        }
        "gdesc" => "`\\d` describes a relation; run the statement with `LIMIT 0`",
        "if" | "elif" | "else" | "endif" => "Lua has `if`",
        "ir" | "include_relative" => "`\\i FILE` reads a file",
        "password" => "`ALTER ROLE ... PASSWORD` sets one; a line with that word is kept nowhere",
        "ef" | "ev" => {
            "`\\sf NAME` shows the source of a function, and `\\e` edits the last statement"
        }
        "errverbose" => "errors are told whole",
        "encoding" => "all text is UTF-8",
        "cd" => "relative paths start where `runner` was started",
        "setenv" | "getenv" => "`os.getenv(NAME)` reads the environment",
        "prompt" => "write a playbook with parameters for that",
        "crosstabview" => "`show.chart(rows)` draws a result",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_not_said_to_be_elsewhere() {
        for name in super::super::names() {
            assert_eq!(instead(name), None, "{name}");
        }
    }
}
