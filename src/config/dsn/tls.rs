//! The words of TLS, with the files that libpq looks for by itself.

use std::path::{Path, PathBuf};

use super::super::Secret;
use super::super::env::Env;
use super::choices::{CertMode, Choice, SslMode, SslNegotiation, TlsVersion};
use super::problem::Problem;
use super::words::Words;

/// libpq's name for the system's own certificate authorities, in the place of a file.
pub const SYSTEM_ROOTS: &str = "system";

/// How TLS is spoken.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    pub mode: SslMode,
    pub negotiation: SslNegotiation,
    /// Whoever may have signed the server's certificate: a file, or [`SYSTEM_ROOTS`].
    pub roots: Option<PathBuf>,
    /// Certificates that were called back.
    pub revoked: Vec<PathBuf>,
    /// Files of the same, whatever is in this folder.
    pub revoked_folder: Option<PathBuf>,
    pub certificate_mode: CertMode,
    /// The certificate and key to show.
    pub certificate: Option<ClientCertificate>,
    /// A certificate that was named and is not there: as in libpq, one goes on without.
    pub missing_certificate: Option<PathBuf>,
    /// Whether the server is not told by which name it was called (`sslsni=0`).
    pub hides_name: bool,
    pub lowest: Option<TlsVersion>,
    pub highest: Option<TlsVersion>,
}

/// What we show to the server.
#[derive(Debug, Clone)]
pub struct ClientCertificate {
    pub file: PathBuf,
    pub key: PathBuf,
    /// `sslpassword`: of the key.
    pub password: Option<Secret>,
}

/// Where the files of TLS are.
pub struct Files<'a> {
    pub env: &'a Env,
    /// What is relative starts here.
    pub root: &'a Path,
}

impl Files<'_> {
    fn named(&self, words: &mut Words, word: &'static str) -> Option<PathBuf> {
        let file = words.take(word)?;
        Some(self.env.path(&file, self.root))
    }

    /// A file of `~/.postgresql`, where it is there.
    fn own(&self, name: &str) -> Option<PathBuf> {
        let file = self.env.home()?.join(".postgresql").join(name);
        file.exists().then_some(file)
    }
}

pub fn read(words: &mut Words, files: &Files<'_>) -> Result<Tls, Problem> {
    let (mode, roots) = mode_and_roots(words, files)?;
    let negotiation = choice(words)?;
    if negotiation == SslNegotiation::Direct && !mode.insists() {
        return Err(Problem::WeakDirect(mode.word()));
    }
    if words
        .take("sslcompression")
        .is_some_and(|value| value != "0")
    {
        return Err(Problem::Compression);
    }
    let (lowest, highest) = versions(words)?;
    let mut revoked: Vec<_> = files.named(words, "sslcrl").into_iter().collect();
    let revoked_folder = files.named(words, "sslcrldir");
    if revoked.is_empty() && revoked_folder.is_none() && roots.is_some() {
        revoked.extend(files.own("root.crl"));
    }
    let mut tls = Tls {
        mode,
        negotiation,
        roots,
        revoked,
        revoked_folder,
        certificate_mode: choice(words)?,
        certificate: None,
        missing_certificate: None,
        hides_name: switch(words, "sslsni")? == Some(false),
        lowest,
        highest,
    };
    if mode != SslMode::Disable && tls.certificate_mode != CertMode::Disable {
        certificate(&mut tls, words, files)?;
    }
    Ok(tls)
}

fn mode_and_roots(
    words: &mut Words,
    files: &Files<'_>,
) -> Result<(SslMode, Option<PathBuf>), Problem> {
    let mode = words.take("sslmode");
    let mode = mode.map(|mode| SslMode::parse(&mode)).transpose()?;
    match (words.take("sslrootcert"), mode) {
        (Some(file), None | Some(SslMode::VerifyFull)) if file == SYSTEM_ROOTS => {
            Ok((SslMode::VerifyFull, Some(file.into())))
        }
        (Some(file), Some(_)) if file == SYSTEM_ROOTS => Err(Problem::WeakSystemRoots),
        (Some(file), mode) => {
            let file = files.env.path(&file, files.root);
            Ok((mode.unwrap_or_default(), Some(file)))
        }
        // libpq checks the certificate as soon as this file is there.
        (None, mode) => Ok((mode.unwrap_or_default(), files.own("root.crt"))),
    }
}

fn versions(words: &mut Words) -> Result<(Option<TlsVersion>, Option<TlsVersion>), Problem> {
    let mut version = |word| {
        let value = words.take(word);
        value.map(|it| TlsVersion::parse(word, &it)).transpose()
    };
    let lowest = version("ssl_min_protocol_version")?;
    let highest = version("ssl_max_protocol_version")?;
    match highest {
        Some(highest) if highest < TlsVersion::V1_2 => Err(Problem::OldTls),
        Some(highest) if lowest.is_some_and(|lowest| lowest > highest) => Err(Problem::TlsRange),
        highest => Ok((lowest, highest)),
    }
}

fn certificate(tls: &mut Tls, words: &mut Words, files: &Files<'_>) -> Result<(), Problem> {
    let named = files.named(words, "sslcert");
    let key = words.take("sslkey");
    let password = words.take("sslpassword").map(Secret::new);
    let file = match named {
        Some(file) if file.exists() => Some(file),
        Some(file) => {
            tls.missing_certificate = Some(file);
            None
        }
        None => files.own("postgresql.crt"),
    };
    let Some(file) = file else {
        return Ok(());
    };
    let key = match key {
        // `pkcs11:...` and the like.
        Some(key) if cfg!(unix) && key.contains(':') => return Err(Problem::KeyEngine),
        Some(key) => files.env.path(&key, files.root),
        None => match files.own("postgresql.key") {
            Some(key) => key,
            None => return Err(Problem::NoKey(file)),
        },
    };
    check_key(&key)?;
    tls.certificate = Some(ClientCertificate {
        file,
        key,
        password,
    });
    Ok(())
}

fn check_key(key: &Path) -> Result<(), Problem> {
    match std::fs::metadata(key) {
        Ok(meta) if !meta.is_file() => Err(Problem::KeyFile {
            path: key.to_owned(),
            reason: "it is no file".to_owned(),
        }),
        Ok(meta) if is_open(&meta) => Err(Problem::KeyOpen(key.to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::KeyFile {
            path: key.to_owned(),
            reason: error.to_string(),
        }),
    }
}

/// libpq's rule: nobody else may read it, but a key of root's may be readable for its group.
#[cfg(unix)]
fn is_open(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let closed = if meta.uid() == 0 { 0o037 } else { 0o077 };
    meta.mode() & closed != 0
}

#[cfg(not(unix))]
fn is_open(_: &std::fs::Metadata) -> bool {
    false
}

/// The value of a word of a few, or its default.
pub fn choice<C: Choice + Default>(words: &mut Words) -> Result<C, Problem> {
    let value = words.take(C::WORD);
    value.map_or_else(|| Ok(C::default()), |value| C::parse(&value))
}

/// A word that is `0` or `1`.
pub fn switch(words: &mut Words, word: &'static str) -> Result<Option<bool>, Problem> {
    match words.take(word).as_deref() {
        None => Ok(None),
        Some("1") => Ok(Some(true)),
        Some("0") => Ok(Some(false)),
        Some(_) => Err(Problem::Switch(word)),
    }
}
