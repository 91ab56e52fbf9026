//! Commands for another machine, whatever login shell runs them there.
//!
//! sshd hands a command to the user's login shell, which may be fish or csh. So a command is always
//! `sh -c '...'`, and what a strange shell might read differently (quotes, backslashes) travels in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// `argv` as one command line for sshd.
pub fn remote_command(argv: &[&str]) -> String {
    let words: Vec<String> = argv.iter().map(|word| sh_word(word)).collect();
    let command = format!("exec {}", words.join(" "));
    if command.contains(['\'', '\\', '!', '\n']) {
        let encoded = STANDARD.encode(command);
        format!("sh -c 'eval \"$(echo {encoded} | base64 -d)\"'")
    } else {
        format!("sh -c '{command}'")
    }
}

/// `word` so that sh reads it as one word, unchanged.
pub fn sh_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(
            remote_command(&["docker", "inspect", "shared_postgres"]),
            "sh -c 'exec docker inspect shared_postgres'"
        );
    }

    #[cfg(unix)]
    #[test]
    fn any_word_arrives_as_it_was() {
        let words = [
            "printf",
            "%s|",
            "it's",
            r"a\b",
            "$HOME",
            "`id`",
            "two\nlines",
            "",
            "!x",
            "a b",
        ];
        let output = std::process::Command::new("sh")
            .args(["-c", &remote_command(&words)])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            words[2..].join("|") + "|"
        );
    }
}
