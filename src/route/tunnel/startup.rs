//! The first words between a client and a PostgreSQL server, as far as somebody between the two must know them.
//!
//! The client speaks first, and its first packet is never shorter than eight bytes: a length and a code.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::config::redact;

const TLS_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
/// The version of the protocol, in the upper half of the code.
const STARTUP: u32 = 3;
/// What PostgreSQL takes for a startup packet.
const STARTUP_LIMIT: u32 = 10_000;
const NO: u8 = b'N';
/// `connection_failure`
const SQLSTATE: &str = "08006";

/// The beginning of a client's first packet.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    pub bytes: [u8; 8],
}

impl Opening {
    /// The end of a client that says nothing is an error, too.
    pub async fn read(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut bytes = [0; 8];
        client.read_exact(&mut bytes).await?;
        Ok(Self { bytes })
    }

    /// Answers requests for encryption with no, as a server does on a unix socket, until something else comes.
    pub async fn without_encryption(
        mut self,
        client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> io::Result<Self> {
        while self.asks_for_encryption() {
            client.write_all(&[NO]).await?;
            client.flush().await?;
            self = Self::read(client).await?;
        }
        Ok(self)
    }

    pub fn asks_for_encryption(self) -> bool {
        self.length() == 8 && [TLS_REQUEST, GSS_REQUEST].contains(&self.code())
    }

    fn is_startup(self) -> bool {
        self.code() >> 16 == STARTUP && self.length() <= STARTUP_LIMIT
    }

    fn length(self) -> u32 {
        let [a, b, c, d, ..] = self.bytes;
        u32::from_be_bytes([a, b, c, d])
    }

    fn code(self) -> u32 {
        let [.., a, b, c, d] = self.bytes;
        u32::from_be_bytes([a, b, c, d])
    }
}

/// Tells a client why it is let in nowhere, as a server would, and closes.
pub async fn turn_away(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    opening: Opening,
    reason: &str,
) -> io::Result<()> {
    let opening = opening.without_encryption(&mut client).await?;
    if opening.is_startup() {
        // A system drops what was written where something was left unread.
        let mut rest = vec![0; opening.length().saturating_sub(8) as usize];
        client.read_exact(&mut rest).await?;
        client.write_all(&refusal(reason)).await?;
    }
    client.shutdown().await
}

/// An ErrorResponse.
fn refusal(reason: &str) -> Vec<u8> {
    let message = format!("runner: {}", redact(reason).replace('\0', " "));
    let mut fields = Vec::new();
    for (field, text) in [
        (b'S', "FATAL"),
        (b'V', "FATAL"),
        (b'C', SQLSTATE),
        (b'M', message.as_str()),
    ] {
        fields.push(field);
        fields.extend(text.bytes());
        fields.push(0);
    }
    fields.push(0);
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    [&b"E"[..], &length.to_be_bytes(), &fields].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn packet(code: u32, rest: &[u8]) -> Vec<u8> {
        let length = u32::try_from(rest.len() + 8).unwrap();
        [&length.to_be_bytes()[..], &code.to_be_bytes(), rest].concat()
    }

    #[tokio::test]
    async fn a_client_is_turned_away_with_the_reason_and_without_secrets() {
        Secret::new("hunter-of-two");
        let (mut client, mut server) = tokio::io::duplex(1024);
        let sent = [
            packet(GSS_REQUEST, b""),
            packet(TLS_REQUEST, b""),
            packet(STARTUP << 16, b"user\0me\0\0"),
        ];
        client.write_all(&sent.concat()).await.unwrap();
        let opening = Opening::read(&mut server).await.unwrap();
        assert!(opening.asks_for_encryption());
        turn_away(server, opening, "no way to hunter-of-two")
            .await
            .unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(&answer[..3], b"NNE");
        let length = u32::from_be_bytes(answer[3..7].try_into().unwrap());
        assert_eq!(length as usize, answer.len() - 3);
        let text = String::from_utf8(answer[7..].to_vec()).unwrap();
        assert_eq!(
            text,
            "SFATAL\0VFATAL\0C08006\0Mrunner: no way to [secret]\0\0"
        );
    }
}
