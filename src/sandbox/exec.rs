//! A command on the jump host: `sh -c`, with its streams, its status, and its end when the channel ends.

use std::ffi::OsString;
use std::mem::discriminant;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use russh::server::{Handle, Msg};
use russh::{Channel, ChannelId, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// RFC 4254: the extended data type of stderr.
const STDERR: u32 = 1;
/// What sh exits with for a program it cannot run.
const CANNOT_RUN: u32 = 126;

const SIGNALS: [(Sig, Signal); 12] = [
    (Sig::ABRT, Signal::ABORT),
    (Sig::ALRM, Signal::ALARM),
    (Sig::FPE, Signal::FPE),
    (Sig::HUP, Signal::HUP),
    (Sig::ILL, Signal::ILL),
    (Sig::INT, Signal::INT),
    (Sig::KILL, Signal::KILL),
    (Sig::PIPE, Signal::PIPE),
    (Sig::QUIT, Signal::QUIT),
    (Sig::SEGV, Signal::SEGV),
    (Sig::TERM, Signal::TERM),
    (Sig::USR1, Signal::USR1),
];

/// Where commands run, and all of the environment they see: nothing of ours reaches them.
#[derive(Debug, Clone)]
pub struct Shell {
    pub home: PathBuf,
    pub environment: Vec<(&'static str, OsString)>,
}

/// Serves one session channel: the first command asked for is run, anything else refused.
pub async fn serve(channel: Channel<Msg>, handle: Handle, shell: Arc<Shell>) {
    let id = channel.id();
    let (mut read, write) = channel.split();
    let Some(command) = requested(&mut read, &handle, id).await else {
        return;
    };
    let _ = handle.channel_success(id).await;
    let child = match start(&shell, &command) {
        Ok(child) => child,
        Err(error) => {
            let _ = write.extended_data_bytes(STDERR, error.to_string()).await;
            let _ = write.exit_status(CANNOT_RUN).await;
            let _ = write.close().await;
            return;
        }
    };
    let group = Group::of(&child);
    let (feed, data) = mpsc::unbounded_channel();
    tokio::select! {
        status = converse(child, data, &write) => {
            group.disband();
            report(status, id, &handle).await;
            let _ = write.close().await;
        }
        // The client has gone: what it left behind is ended with `group`.
        () = attend(&mut read, feed, &group) => {}
    }
}

/// The command the client asks for; nothing where it leaves without asking.
async fn requested(read: &mut ChannelReadHalf, handle: &Handle, id: ChannelId) -> Option<String> {
    loop {
        match read.wait().await? {
            ChannelMsg::Exec { command, .. } => {
                return Some(String::from_utf8_lossy(&command).into_owned());
            }
            ChannelMsg::Close => return None,
            _ => {
                // Answered only where the client wants an answer.
                let _ = handle.channel_failure(id).await;
            }
        }
    }
}

fn start(shell: &Shell, command: &str) -> std::io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", command])
        .current_dir(&shell.home)
        .env_clear()
        .envs(shell.environment.iter().cloned())
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Carries the child's three streams until it has ended and its output is through.
async fn converse(
    mut child: Child,
    data: UnboundedReceiver<Bytes>,
    write: &ChannelWriteHalf<Msg>,
) -> std::io::Result<ExitStatus> {
    let stdin = child.stdin.take();
    let stdout = carry(child.stdout.take(), write.make_writer());
    let stderr = carry(child.stderr.take(), write.make_writer_ext(Some(STDERR)));
    let ended = async {
        let ((), (), status) = tokio::join!(stdout, stderr, child.wait());
        status
    };
    tokio::pin!(ended);
    tokio::select! {
        status = &mut ended => status,
        () = pour(data, stdin) => ended.await,
    }
}

async fn carry(from: Option<impl AsyncRead + Unpin>, mut to: impl AsyncWrite + Unpin) {
    if let Some(mut from) = from {
        // Fails where the client has gone, which `attend` sees too.
        let _ = copy(&mut from, &mut to).await;
    }
}

/// Writes what arrives to the child's stdin, and closes it after the last.
async fn pour(mut queue: UnboundedReceiver<Bytes>, stdin: Option<ChildStdin>) {
    let Some(mut stdin) = stdin else { return };
    while let Some(data) = queue.recv().await {
        if stdin.write_all(&data).await.is_err() {
            return; // the child reads no more; its status says the rest
        }
    }
}

/// Passes on what the client sends until it closes the channel. The queue has no bound: a child that does
/// not read must not keep us from seeing the end.
async fn attend(read: &mut ChannelReadHalf, feed: UnboundedSender<Bytes>, group: &Group) {
    let mut feed = Some(feed);
    while let Some(message) = read.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                if let Some(feed) = &feed {
                    let _ = feed.send(data);
                }
            }
            ChannelMsg::Eof => feed = None,
            ChannelMsg::Signal { signal } => group.signal(&signal),
            ChannelMsg::Close => return,
            _ => {}
        }
    }
}

async fn report(status: std::io::Result<ExitStatus>, id: ChannelId, handle: &Handle) {
    let _ = match status.map(|status| (status.code(), status.signal())) {
        Ok((Some(code), _)) => handle.exit_status_request(id, code.cast_unsigned()).await,
        Ok((None, number)) => {
            let name = name_of(number.unwrap_or_default());
            let none = String::new;
            handle
                .exit_signal_request(id, name, false, none(), none())
                .await
        }
        Err(_) => handle.exit_status_request(id, CANNOT_RUN).await,
    };
}

fn name_of(number: i32) -> Sig {
    SIGNALS
        .into_iter()
        .find(|(_, signal)| signal.as_raw() == number)
        .map_or_else(|| Sig::Custom(format!("{number}@runner")), |(name, _)| name)
}

/// The process group of a command, killed when dropped: a command may have children of its own.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn signal(&self, wanted: &Sig) {
        let number = SIGNALS
            .into_iter()
            .find(|(name, _)| discriminant(name) == discriminant(wanted))
            .map(|(_, signal)| signal);
        if let (Some(group), Some(signal)) = (self.0, number) {
            let _ = kill_process_group(group, signal);
        }
    }

    /// The command has ended and been waited for: its number may be somebody else's from now on.
    fn disband(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(&Sig::KILL);
    }
}
