//! Webhooks that are told how a run ended, by a real server that answers as it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use serde_json::Value;

use crate::repl::Screen;
use crate::support::{Runner, wait_until};

const TOKEN: &str = "/services/T000/B000/sesame";

/// Answers each request with the next of the statuses, and those after them with 200.
struct Hook {
    port: u16,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&bodies);
        std::thread::spawn(move || {
            let mut statuses = statuses.iter().copied();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(body) = read(&stream) else { continue };
                heard.lock().unwrap().push(body);
                let status = statuses.next().unwrap_or(200);
                let answer = format!(
                    "HTTP/1.1 {status} As told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, bodies }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}{TOKEN}", self.port)
    }

    fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn run(lua: &str, url: &str) -> Runner {
    Runner::new()
        .file(".env", format!("HOOK={url}\nWORD=open-sesame\n"))
        .toml("")
        .playbook(lua)
        .shows_nowhere(TOKEN)
}

#[test]
fn the_outcome_is_posted_again_until_it_is_taken() {
    let hook = Hook::start(&[500, 429]);
    let lua = "notify { url = secret 'HOOK', message = 'laws, ' .. secret 'WORD' }\nstep('count', function() end)";
    run(lua, &hook.url())
        .stderr_has("the webhook at `127.0.0.1` answered 500; trying again")
        .success();
    let bodies = hook.bodies();
    assert_eq!(bodies.len(), 3, "{bodies:?}");
    let body = &bodies[2];
    assert_eq!(body["status"], "succeeded", "{body}");
    assert_eq!(body["playbook"], "playbook");
    assert_eq!(body["message"], "laws, [secret]");
    assert_eq!(body["steps"][0]["name"], "count");
    assert_eq!(body["error"], Value::Null);
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("`playbook` succeeded after "), "{text}");
    assert!(text.ends_with("\nlaws, [secret]"), "{text}");
}

#[test]
fn a_failure_is_posted_with_its_error_and_stays_one() {
    let hook = Hook::start(&[]);
    let lua = "notify { url = secret 'HOOK', on = 'failure' }\nstep('s', function() error('no ' .. secret 'WORD', 0) end)";
    run(lua, &hook.url()).code(1);
    let bodies = hook.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(bodies[0]["status"], "failed");
    assert_eq!(bodies[0]["steps"][0]["status"], "failed");
    let error = bodies[0]["error"].as_str().unwrap();
    assert!(error.contains("no [secret]"), "{error}");
}

#[test]
fn what_went_well_is_not_posted_where_only_failures_are_wanted() {
    let hook = Hook::start(&[]);
    run(
        "notify { url = secret 'HOOK', on = 'failure' }",
        &hook.url(),
    )
    .success();
    assert!(hook.bodies().is_empty());
}

#[test]
fn what_cannot_be_delivered_is_a_warning() {
    let refusing = Hook::start(&[404, 404]);
    run("notify { url = secret 'HOOK' }", &refusing.url())
        .stderr_has("warning: notify: the webhook at `127.0.0.1` answered 404\n")
        .success();
    assert_eq!(refusing.bodies().len(), 1);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{TOKEN}", silent.local_addr().unwrap());
    run(
        "notify { url = secret 'HOOK', timeout = '200ms', retries = 1 }",
        &url,
    )
    .stderr_has("warning: notify: the webhook at `127.0.0.1` did not answer within 200ms\n")
    .success();
    drop(silent);
    run("notify { url = secret 'HOOK', retries = 0 }", &url)
        .stderr_has("warning: notify: the webhook at `127.0.0.1` cannot be reached: ")
        .success();
}

#[test]
fn an_interrupted_run_is_posted_too() {
    let hook = Hook::start(&[]);
    let lua = "notify { url = secret 'HOOK' }\nprint 'begun'\nsleep(1000)";
    let running = run(lua, &hook.url()).start();
    running.wait_for_stdout("begun");
    running.signal(Signal::INT);
    running.finish(130);
    let bodies = hook.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(bodies[0]["status"], "interrupted");
}

#[test]
fn a_message_can_be_posted_at_once() {
    let hook = Hook::start(&[]);
    let lua =
        "print(notify { url = secret 'HOOK', message = 'half way', now = true })\nsleep(1000)";
    let running = run(lua, &hook.url()).start();
    wait_until("the message is there", || !hook.bodies().is_empty());
    assert_eq!(hook.bodies()[0]["text"], "half way");
    running.wait_for_stdout("true");
    running.signal(Signal::TERM);
    running.finish(143);
    assert_eq!(hook.bodies().len(), 1);
}

#[test]
fn a_dry_run_prints_what_would_be_posted() {
    let hook = Hook::start(&[]);
    run(
        "notify { url = secret 'HOOK', message = 'done' }",
        &hook.url(),
    )
    .args(["--dry-run"])
    .stderr_has("would post to `127.0.0.1`: `playbook` succeeded after ")
    .success();
    assert!(hook.bodies().is_empty());
}

#[test]
fn at_the_prompt_only_messages_can_be_posted() {
    let mut screen = Screen::start(Runner::new(), &[]);
    screen.wait_prompt("runner>");
    screen.type_line("notify { url = 'http://127.0.0.1:1/' }");
    let refused =
        "`notify`: at the prompt there is no run whose end could be told; give `now = true`";
    screen.wait_text(refused);
}
