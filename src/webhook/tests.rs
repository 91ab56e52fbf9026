use super::*;
use crate::config::redact;

#[test]
fn an_address_is_never_named_beyond_its_host() {
    let url = "https://hooks.example.test/services/T000/B000/sesame";
    let webhook = Webhook::new(url, Duration::from_secs(1), 0).unwrap();
    assert_eq!(webhook.host(), "hooks.example.test");
    assert_eq!(
        redact(&format!("at {url} or /services/T000/B000/sesame")),
        "at [secret] or [secret]"
    );
}

#[test]
fn what_is_no_address_is_refused_without_naming_it() {
    for url in [
        "",
        "hooks.example.test/x",
        "ftp://example.test/x",
        "http:///x",
        "a b",
    ] {
        let webhook = Webhook::new(url, Duration::from_secs(1), 0);
        assert_eq!(webhook.err(), Some(Error::Address), "{url}");
    }
}

#[test]
fn of_the_address_that_it_has_moved_to_only_what_differs_is_told() {
    let url = "http://chat.example.test/services/T000/B000/moved";
    let webhook = Webhook::new(url, Duration::from_secs(1), 0).unwrap();
    for (location, to) in [
        (
            "https://talk.example.test/services/T000/B000/moved",
            "`talk.example.test`",
        ),
        (
            "https://chat.example.test/services/T000/B000/moved",
            "`https`",
        ),
        (
            "http://Chat.example.test:8080/services/T000/B000/moved",
            "another port",
        ),
        ("https://chat.example.test/v2/moved", "another path"),
        ("/v2/moved", "another path"),
        ("moved", "another path"),
    ] {
        let answer = Response::builder().status(301).header("location", location);
        let refused = webhook.refused(&answer.body(()).unwrap());
        assert_eq!(
            refused.to_string(),
            format!(
                "the webhook at `chat.example.test` answered 301: it has moved to {to}, which is not followed; give \
                 that address"
            ),
            "{location}"
        );
    }
}

#[test]
fn only_what_may_pass_is_tried_again() {
    let refused = |status| {
        let host = String::new();
        Error::Refused { host, status }.may_pass()
    };
    assert_eq!(
        [400, 404, 408, 429, 500, 503].map(refused),
        [false, false, true, true, true, true]
    );
}

#[test]
fn what_is_hard_to_provoke_says_what_where_and_what_now() {
    for (error, text) in [
        (
            Error::Address,
            "the address of the webhook is no `http://` or `https://` address with a host",
        ),
        (
            Error::Refused {
                host: "chat".into(),
                status: 404,
            },
            "the webhook at `chat` answered 404",
        ),
        (
            Error::Moved {
                host: "chat".into(),
                status: 301,
                to: "`talk`".into(),
            },
            "the webhook at `chat` answered 301: it has moved to `talk`, which is not followed; give that address",
        ),
        (
            Error::Untrusted {
                host: "chat".into(),
                reason: in_words(&CertificateError::Expired),
            },
            "the certificate of the webhook at `chat` is not trusted: it has expired; the authorities are those of this \
             system, or of the file that `SSL_CERT_FILE` names",
        ),
        (
            Error::Silent {
                host: "chat".into(),
                within: Duration::from_secs(5),
            },
            "the webhook at `chat` did not answer within 5s",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
