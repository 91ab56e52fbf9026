//! Webhooks that are told how a run ended, by a real server that answers as it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::repl::Screen;
use crate::support::{Runner, wait_until};
use crate::tls::signed_for_address;

const TOKEN: &str = "/services/T000/B000/sesame";

/// Answers each request with the next of the statuses, and those after them with 200.
struct Hook {
    port: u16,
    scheme: &'static str,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    fn start(statuses: &'static [u16]) -> Self {
        Self::serve(statuses, "http", Ok)
    }

    /// The same over TLS.
    fn encrypted(statuses: &'static [u16], certificate: &Path) -> Self {
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(certificate.with_extension("key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let config = Arc::new(config.unwrap());
        Self::serve(statuses, "https", move |stream| {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            Ok(StreamOwned::new(session, stream))
        })
    }

    fn serve<S: Read + Write>(
        statuses: &'static [u16],
        scheme: &'static str,
        over: impl Fn(TcpStream) -> std::io::Result<S> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&bodies);
        std::thread::spawn(move || {
            let mut statuses = statuses.iter().copied();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream.and_then(&over) else {
                    continue;
                };
                let Some(body) = read(&mut stream) else {
                    continue;
                };
                heard.lock().unwrap().push(body);
                let status = statuses.next().unwrap_or(200);
                let answer = format!(
                    "HTTP/1.1 {status} As told\r\nlocation: http://127.0.0.2:{port}{TOKEN}\r\n\
                     content-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes());
                let _ = stream.flush();
            }
        });
        Self {
            port,
            scheme,
            bodies,
        }
    }

    fn url(&self) -> String {
        format!("{}://127.0.0.1:{}{TOKEN}", self.scheme, self.port)
    }

    fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

fn read(stream: &mut impl Read) -> Option<Value> {
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
fn over_tls_the_certificate_has_to_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, certificate) = signed_for_address(folder.path(), "127.0.0.1");
    let hook = Hook::encrypted(&[503], &certificate);
    let lua = "notify { url = secret 'HOOK', message = 'laws, ' .. secret 'WORD' }";
    let trusting = |authority: &Path| {
        run(lua, &hook.url()).env("SSL_CERT_FILE", &authority.display().to_string())
    };
    let ran = trusting(&authority)
        .stderr_has("the webhook at `127.0.0.1` answered 503; trying again")
        .success();
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    let bodies = hook.bodies();
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert_eq!(bodies[1]["message"], "laws, [secret]");

    let strangers = tempfile::tempdir().unwrap();
    let (stranger, other) = signed_for_address(strangers.path(), "127.0.0.9");
    let refused = |reason: &str| {
        format!(
            "warning: notify: the certificate of the webhook at `127.0.0.1` is not trusted: {reason}; the authorities \
             are those of this system, or of the file that `SSL_CERT_FILE` names\n"
        )
    };
    let ran = trusting(&stranger)
        .stderr_has(&refused("no known authority has signed it"))
        .success();
    assert!(!ran.stderr.contains("trying again"), "{}", ran.stderr);
    assert_eq!(hook.bodies().len(), 2);

    let elsewhere = Hook::encrypted(&[], &other);
    run(lua, &elsewhere.url())
        .env("SSL_CERT_FILE", &stranger.display().to_string())
        .stderr_has(&refused("it is for another host"))
        .success();
    assert!(elsewhere.bodies().is_empty());
}

#[test]
fn one_that_does_not_speak_tls_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}{TOKEN}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // As servers do whose request is none.
            let _ = stream.read(&mut [0; 1000]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    run("notify { url = secret 'HOOK', retries = 0 }", &url)
        .stderr_has("the webhook at `127.0.0.1` cannot be reached: the TLS handshake failed: ")
        .success();
}

#[test]
fn a_redirection_is_not_followed_and_its_host_is_told() {
    let hook = Hook::start(&[302]);
    run("notify { url = secret 'HOOK' }", &hook.url())
        .stderr_has(
            "warning: notify: the webhook at `127.0.0.1` answered 302: it has moved to `127.0.0.2`, which is not \
             followed; give that address\n",
        )
        .success();
    assert_eq!(hook.bodies().len(), 1);
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
