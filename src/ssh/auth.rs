//! Logging in with what the configuration and the agent have, one after the other.

use std::sync::Arc;

use russh::client::{AuthResult, Handle};
use russh::keys::{Algorithm, HashAlg, PublicKey};
use russh::{MethodKind, MethodSet, Signer};

use super::agent::{self, Agent};
use super::config::{HostConfig, OnlyOpenssh};
use super::error::Error;
use super::handler::Handler;
use super::identities::{Holder, Identities, Identity};
use super::keys::KeyError;
use super::signer::{SignError, WithAgent, WithFile};
use crate::progress::{AskError, Reporter};

/// Logs in with the first key the host accepts.
pub async fn log_in(
    handle: &mut Handle<Handler>,
    config: &HostConfig,
    reporter: &Reporter,
) -> Result<(), Error> {
    let (mut agent, keys) = match agent::open(config, handle).await {
        Some((agent, keys)) => (Some(agent), keys),
        None => (None, Vec::new()),
    };
    let identities = Identities::of(config, &keys);
    let mut login = Login {
        handle,
        config,
        reporter,
        tried: Vec::new(),
        locked: None,
        security_key: None,
        methods: None,
        is_partial: false,
    };
    for (path, reason) in identities.unusable {
        login.tried.push(format!("`{}` {reason}", path.display()));
    }
    for identity in identities.usable {
        if login.may_try() && login.with(identity, agent.as_mut()).await? {
            return Ok(());
        }
    }
    Err(login.refused())
}

struct Login<'a> {
    handle: &'a mut Handle<Handler>,
    config: &'a HostConfig,
    reporter: &'a Reporter,
    /// What has been tried and how it ended, for the error.
    tried: Vec<String>,
    /// The first key that the host would have taken, had it been opened.
    locked: Option<(String, KeyError)>,
    /// The first key that is on hardware.
    security_key: Option<String>,
    /// What the host accepts, once it has said so.
    methods: Option<MethodSet>,
    /// Whether the host took a key and asked for more.
    is_partial: bool,
}

impl Login<'_> {
    async fn with(
        &mut self,
        mut identity: Identity,
        agent: Option<&mut Agent>,
    ) -> Result<bool, Error> {
        if let Some(file) = identity.security_key() {
            let file = file.display().to_string();
            self.tried.push(format!("`{file}` is on a security key"));
            self.security_key.get_or_insert(file);
            return Ok(false);
        }
        if let Some(reason) = self.unopened(&mut identity).await? {
            self.tried.push(format!("{} {reason}", identity.label()));
            return Ok(false);
        }
        let result = match (&identity.holder, agent) {
            (Holder::File(file), _) => {
                let file = Arc::clone(file);
                let reporter = self.reporter;
                self.show(&identity, &mut WithFile { file, reporter })
                    .await?
            }
            (Holder::Agent(key), Some(agent)) => {
                self.show(&identity, &mut WithAgent { agent, key }).await?
            }
            (Holder::Agent(_), None) => return Ok(false),
        };
        self.judge(result, &identity)
    }

    /// Opens a key that is not known before, and says why where that cannot be.
    async fn unopened(&self, identity: &mut Identity) -> Result<Option<KeyError>, Error> {
        if let (None, Holder::File(file)) = (&identity.public, &identity.holder) {
            match file.open(self.reporter).await {
                Ok(key) => identity.public = Some(key.public_key().clone()),
                Err(KeyError::NotAsked(AskError::Interrupted)) => return Err(Error::Interrupted),
                Err(reason) => return Ok(Some(reason)),
            }
        }
        Ok(None)
    }

    /// Asks the host whether it takes the key or certificate, and has `signer` sign where it does.
    async fn show<S: Signer<Error = SignError>>(
        &mut self,
        identity: &Identity,
        signer: &mut S,
    ) -> Result<Result<AuthResult, SignError>, Error> {
        let user = self.config.user.clone();
        let hash = self.hash(identity).await?;
        Ok(match (&identity.certificate, &identity.public) {
            (Some(certificate), _) => {
                let certificate = certificate.0.clone();
                self.handle
                    .authenticate_certificate_with(user, certificate, hash, signer)
                    .await
            }
            (None, Some(public)) => {
                let public = public.clone();
                self.handle
                    .authenticate_publickey_with(user, public, hash, signer)
                    .await
            }
            (None, None) => Err(SignError::Key(KeyError::PublicOnly)),
        })
    }

    fn judge(
        &mut self,
        result: Result<AuthResult, SignError>,
        identity: &Identity,
    ) -> Result<bool, Error> {
        let label = identity.label();
        match result {
            Ok(AuthResult::Success) => return Ok(true),
            Ok(AuthResult::Failure {
                remaining_methods,
                partial_success,
            }) => {
                let ended = if partial_success {
                    "accepted"
                } else {
                    "refused"
                };
                self.tried.push(format!("{label} {ended}"));
                self.methods = Some(remaining_methods);
                self.is_partial |= partial_success;
            }
            Err(SignError::Key(KeyError::NotAsked(AskError::Interrupted))) => {
                return Err(Error::Interrupted);
            }
            // The host asked for a signature, so it would have taken the key.
            Err(SignError::Key(reason)) => {
                self.locked.get_or_insert((label, reason));
            }
            Err(reason) => self.tried.push(format!("{label} ({reason})")),
        }
        Ok(false)
    }

    /// Whether the connection still stands and the host still takes keys.
    fn may_try(&self) -> bool {
        let takes_keys = |methods: &MethodSet| methods.contains(&MethodKind::PublicKey);
        !self.handle.is_closed() && self.methods.as_ref().is_none_or(takes_keys)
    }

    /// The hash for signatures of an RSA key: what the host supports, or else the best that is allowed, and hope.
    async fn hash(&self, identity: &Identity) -> Result<Option<HashAlg>, Error> {
        let algorithm = identity.public.as_ref().map(PublicKey::algorithm);
        if !matches!(algorithm, Some(Algorithm::Rsa { .. })) {
            return Ok(None);
        }
        let allowed = self
            .config
            .algorithms
            .rsa_hashes(identity.certificate.is_some());
        let supported = self.handle.best_supported_rsa_hash().await?;
        let best = supported.filter(|best| allowed.contains(best));
        Ok(best.or(allowed.first().copied()).flatten())
    }

    fn refused(self) -> Error {
        let alias = self.config.alias.clone();
        let user = self.config.user.clone();
        if self.is_partial {
            let methods = self.methods.as_ref().map(names).unwrap_or_default();
            return Error::MoreFactors {
                alias,
                user,
                methods,
            };
        }
        let further = self.further().map(Box::new);
        if let Some((key, reason)) = self.locked {
            return Error::KeyLocked {
                alias,
                user,
                key,
                reason,
            };
        }
        let answer = match &self.methods {
            Some(methods) if methods.contains(&MethodKind::PublicKey) => {
                "name the right key with `IdentityFile`, or have one of these added to `authorized_keys` there".to_owned()
            }
            Some(methods) if !methods.is_empty() => {
                format!("the host accepts {}", names(methods).join(", "))
            }
            _ if self.tried.is_empty() => "name a key with `IdentityFile`".to_owned(),
            _ => "the host did not say what it accepts".to_owned(),
        };
        Error::KeysRefused {
            alias,
            user,
            tried: self.tried,
            answer,
            further,
        }
    }

    /// What the user's own `ssh` could try yet: the methods that both the host and the configuration have besides
    /// keys, or a key on hardware.
    fn further(&self) -> Option<OnlyOpenssh> {
        let mut methods = self.methods.as_ref().map(names).unwrap_or_default();
        methods.retain(|method| self.config.other_methods.contains(method));
        match &self.security_key {
            Some(file) => Some(OnlyOpenssh::SecurityKey(file.clone())),
            None if methods.is_empty() => None,
            None => Some(OnlyOpenssh::Methods(methods)),
        }
    }
}

fn names(methods: &MethodSet) -> Vec<String> {
    let names = methods.iter().map(<&str>::from);
    names.map(str::to_owned).collect()
}
