//! Signing for a login, once the host has said that it would take the key: nobody types a passphrase in vain.

use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::signature::Signer as _;
use russh::keys::ssh_encoding::Encode;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{HashAlg, PrivateKey, ssh_key};
use russh::{SendError, Signer};

use super::agent::Agent;
use super::keys::{KeyError, KeyFile};
use crate::progress::Reporter;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error(transparent)]
    Key(KeyError),
    #[error("{0}")]
    Refused(String),
    #[error("the connection is lost")]
    Lost,
}

impl From<SendError> for SignError {
    fn from(_: SendError) -> Self {
        Self::Lost
    }
}

/// Signs with the key of a file, which is opened for it.
pub struct WithFile<'a> {
    pub file: Arc<KeyFile>,
    pub reporter: &'a Reporter,
}

impl Signer for WithFile<'_> {
    type Error = SignError;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        mut data: Vec<u8>,
    ) -> Result<Vec<u8>, SignError> {
        let key = self
            .file
            .open(self.reporter)
            .await
            .map_err(SignError::Key)?;
        let signature = sign(&key, hash, &data);
        let appended = signature.and_then(|signature| Ok(signature.encode_prefixed(&mut data)?));
        appended.map_err(|error| SignError::Refused(error.to_string()))?;
        Ok(data)
    }
}

fn sign(
    key: &PrivateKey,
    hash: Option<HashAlg>,
    data: &[u8],
) -> ssh_key::Result<ssh_key::Signature> {
    Ok(match key.key_data() {
        KeypairData::Rsa(pair) => (pair, hash).try_sign(data)?,
        _ => key.try_sign(data)?,
    })
}

/// Has the agent sign with a key it may know by another name than the host: a certificate of it is shown there.
pub struct WithAgent<'a> {
    pub agent: &'a mut Agent,
    pub key: &'a AgentIdentity,
}

impl Signer for WithAgent<'_> {
    type Error = SignError;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        data: Vec<u8>,
    ) -> Result<Vec<u8>, SignError> {
        let signed = self.agent.sign_request(self.key, hash, data).await;
        signed.map_err(|error| SignError::Refused(error.to_string()))
    }
}

#[cfg(test)]
mod texts {
    use super::*;

    #[test]
    fn what_is_hard_to_provoke_says_what_where_and_what_now() {
        {
            let (error, text) = (SignError::from(SendError {}), "the connection is lost");
            assert_eq!(error.to_string(), text);
        }
    }
}
