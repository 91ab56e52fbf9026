//! Logging in: the agent's keys first, then key files, in the order OpenSSH tries them.

use std::sync::Arc;

use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKey};
use russh::{MethodKind, MethodSet, SendError, Signer};

use super::agent::{self, Agent};
use super::config::{HostConfig, OnlyOpenssh};
use super::error::Error;
use super::handler::Handler;
use super::keys::{KeyError, KeyFile, describe};
use crate::progress::{AskError, Reporter};

/// Logs in with the first key the host accepts.
pub async fn log_in(
    handle: &mut Handle<Handler>,
    config: &HostConfig,
    reporter: &Reporter,
) -> Result<(), Error> {
    let mut login = Login {
        handle,
        config,
        tried: Vec::new(),
        locked: None,
        methods: None,
    };
    if login.run(reporter).await? {
        return Ok(());
    }
    if let Some((key, reason)) = login.locked {
        return Err(Error::KeyLocked {
            alias: config.alias.clone(),
            user: config.user.clone(),
            key,
            reason,
        });
    }
    let further = login.further();
    let answer = match &login.methods {
        Some(methods) if methods.contains(&MethodKind::PublicKey) => {
            "name the right key with `IdentityFile`, or have one of these added to `authorized_keys` there".to_owned()
        }
        Some(methods) if !methods.is_empty() => {
            format!("the host accepts {}", names(methods).join(", "))
        }
        _ if login.tried.is_empty() => "name a key with `IdentityFile`".to_owned(),
        _ => "the host did not say what it accepts".to_owned(),
    };
    Err(Error::KeysRefused {
        alias: config.alias.clone(),
        user: config.user.clone(),
        tried: login.tried,
        answer,
        further,
    })
}

struct Login<'a> {
    handle: &'a mut Handle<Handler>,
    config: &'a HostConfig,
    /// What has been tried and how it ended, for the error.
    tried: Vec<String>,
    /// The first key that the host would have taken, had it been opened.
    locked: Option<(String, KeyError)>,
    /// What the host accepts, once it has said so.
    methods: Option<MethodSet>,
}

impl Login<'_> {
    async fn run(&mut self, reporter: &Reporter) -> Result<bool, Error> {
        let mut files = Vec::new();
        for file in KeyFile::all(self.config) {
            match file {
                Ok(file) => files.push(file),
                Err((path, reason)) => self.tried.push(format!("`{}` {reason}", path.display())),
            }
        }
        if let Some((mut agent, identities)) = agent::open(self.config, self.handle).await {
            let configured = |identity: &AgentIdentity| {
                let key = identity.public_key();
                files.iter().any(|file| is_same(file.public.as_ref(), &key))
            };
            let (first, others): (Vec<_>, Vec<_>) = identities.into_iter().partition(configured);
            files.retain(|file| {
                !first
                    .iter()
                    .any(|identity| is_same(file.public.as_ref(), &identity.public_key()))
            });
            let others = others.into_iter().filter(|_| !self.config.identities_only);
            for identity in first.into_iter().chain(others) {
                if self.with_agent(&mut agent, &identity).await? {
                    return Ok(true);
                }
            }
        }
        for file in &files {
            if self.with_file(file, reporter).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The methods that both the host and the user's configuration have besides keys.
    fn further(&self) -> Option<Box<OnlyOpenssh>> {
        let mut methods = names(self.methods.as_ref()?);
        methods.retain(|method| self.config.other_methods.contains(method));
        (!methods.is_empty()).then(|| Box::new(OnlyOpenssh::Methods(methods)))
    }

    async fn with_agent(
        &mut self,
        agent: &mut Agent,
        identity: &AgentIdentity,
    ) -> Result<bool, Error> {
        let label = format!("{} of the agent", describe(&identity.public_key()));
        if !self.may_try() {
            return Ok(false);
        }
        let user = self.config.user.clone();
        let hash = self.rsa_hash(&identity.public_key()).await?;
        let result = match identity {
            AgentIdentity::PublicKey { key, .. } => {
                let key = key.clone();
                self.handle
                    .authenticate_publickey_with(user, key, hash, agent)
                    .await
            }
            AgentIdentity::Certificate { certificate, .. } => {
                let certificate = certificate.clone();
                self.handle
                    .authenticate_certificate_with(user, certificate, hash, agent)
                    .await
            }
        };
        match result {
            Ok(result) => self.judge(result, &label),
            Err(error) => {
                self.tried.push(format!("{label} ({error})"));
                Ok(false)
            }
        }
    }

    async fn with_file(&mut self, file: &KeyFile, reporter: &Reporter) -> Result<bool, Error> {
        if !self.may_try() {
            return Ok(false);
        }
        let asked = match &file.public {
            Some(public) if !file.is_public_only() => Some(self.would_be_accepted(public).await?),
            _ => None,
        };
        if asked == Some(false) {
            self.tried.push(format!("{} refused", file.label()));
            return Ok(false);
        }
        let key = match file.open(reporter).await {
            Ok(key) => key,
            Err(KeyError::NotAsked(AskError::Interrupted)) => return Err(Error::Interrupted),
            Err(reason) if asked == Some(true) => {
                self.locked.get_or_insert((file.label(), reason));
                return Ok(false);
            }
            Err(reason) => {
                self.tried.push(format!("{} {reason}", file.label()));
                return Ok(false);
            }
        };
        let hash = self.rsa_hash(key.public_key()).await?;
        let key = PrivateKeyWithHashAlg::new(Arc::clone(&key), hash);
        let user = self.config.user.clone();
        let result = self.handle.authenticate_publickey(user, key).await?;
        self.judge(result, &file.label())
    }

    /// Asks before the private key is opened, so that nobody types a passphrase for a key the host does not know.
    async fn would_be_accepted(&mut self, public: &PublicKey) -> Result<bool, Error> {
        let hash = self.rsa_hash(public).await?;
        let user = self.config.user.clone();
        let question = self
            .handle
            .authenticate_publickey_with(user, public.clone(), hash, &mut OnlyAsking)
            .await;
        match question {
            Ok(AuthResult::Success) | Err(Asked::Accepted) => Ok(true),
            Ok(AuthResult::Failure {
                remaining_methods, ..
            }) => {
                self.methods = Some(remaining_methods);
                Ok(false)
            }
            Err(Asked::Lost) => Ok(false),
        }
    }

    /// Whether the connection still stands and the host still takes keys.
    fn may_try(&self) -> bool {
        let takes_keys = |methods: &MethodSet| methods.contains(&MethodKind::PublicKey);
        !self.handle.is_closed() && self.methods.as_ref().is_none_or(takes_keys)
    }

    fn judge(&mut self, result: AuthResult, label: &str) -> Result<bool, Error> {
        match result {
            AuthResult::Success => Ok(true),
            AuthResult::Failure {
                remaining_methods,
                partial_success: true,
            } => Err(Error::MoreFactors {
                alias: self.config.alias.clone(),
                user: self.config.user.clone(),
                methods: names(&remaining_methods),
            }),
            AuthResult::Failure {
                remaining_methods, ..
            } => {
                self.tried.push(format!("{label} refused"));
                self.methods = Some(remaining_methods);
                Ok(false)
            }
        }
    }

    /// The hash for signatures of an RSA key: what the host supports, or else SHA-512 and hope.
    async fn rsa_hash(&self, key: &PublicKey) -> Result<Option<HashAlg>, Error> {
        if !matches!(key.algorithm(), Algorithm::Rsa { .. }) {
            return Ok(None);
        }
        let supported = self.handle.best_supported_rsa_hash().await?;
        Ok(supported.unwrap_or(Some(HashAlg::Sha512)))
    }
}

fn is_same(public: Option<&PublicKey>, key: &PublicKey) -> bool {
    public.is_some_and(|public| public.key_data() == key.key_data())
}

fn names(methods: &MethodSet) -> Vec<String> {
    let names = methods.iter().map(<&str>::from);
    names.map(str::to_owned).collect()
}

/// A signer that never signs: being asked to is the answer it was after.
struct OnlyAsking;

enum Asked {
    Accepted,
    Lost,
}

impl From<SendError> for Asked {
    fn from(_: SendError) -> Self {
        Self::Lost
    }
}

impl Signer for OnlyAsking {
    type Error = Asked;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        _: Option<HashAlg>,
        _: Vec<u8>,
    ) -> Result<Vec<u8>, Asked> {
        Err(Asked::Accepted)
    }
}
