//! Why a tunnel cannot be opened: one variant per situation.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "port {port} of 127.0.0.1 is taken by another program; choose another one, or none to get one that is free"
    )]
    PortTaken { port: u16 },
    #[error("port {port} of 127.0.0.1 cannot be listened on: {reason}")]
    PortRefused { port: u16, reason: String },
    #[error("the socket `{path}` cannot be listened on: {reason}")]
    SocketRefused { path: String, reason: String },
    #[error("the folder for its socket or password cannot be made in `{folder}`: {reason}")]
    Folder { folder: String, reason: String },
    #[error("it listens, but what comes through it is not right: {reason}")]
    Broken { reason: String },
    #[error("interrupted")]
    Interrupted,
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        for (error, text) in [
            (
                Error::PortRefused {
                    port: 80,
                    reason: "denied".into(),
                },
                "port 80 of 127.0.0.1 cannot be listened on: denied",
            ),
            (
                Error::SocketRefused {
                    path: "/tmp/s".into(),
                    reason: "denied".into(),
                },
                "the socket `/tmp/s` cannot be listened on: denied",
            ),
            (
                Error::Folder {
                    folder: "/tmp".into(),
                    reason: "full".into(),
                },
                "the folder for its socket or password cannot be made in `/tmp`: full",
            ),
            (
                Error::Broken {
                    reason: "nonsense".into(),
                },
                "it listens, but what comes through it is not right: nonsense",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
