//! What every command needs around its work: the async runtime, signals, tracing.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::AbortHandle;
use tracing_subscriber::EnvFilter;

use crate::interrupt::Interrupt;
use crate::ui::Console;

/// How long work that nobody waits for may go on once the command is done.
const GRACE: Duration = Duration::from_millis(100);
const SIGINT: i32 = 2;

/// The watch over signals, which a command can give up.
pub struct Signals(AbortHandle);

impl Signals {
    /// From here on signals neither interrupt the run nor end the process: a child has the terminal, and
    /// Ctrl-C is meant for it.
    pub fn ignore(&self) {
        self.0.abort();
    }
}

/// Runs `work` to its end. SIGINT and SIGTERM interrupt the run, and it unwinds; a second signal ends the
/// process at once.
pub fn block_on<F: Future>(work: impl FnOnce(Interrupt) -> F) -> anyhow::Result<F::Output> {
    block_on_with(|interrupt, _| work(interrupt))
}

/// The same for work that may come to ignore signals.
pub fn block_on_with<F: Future>(
    work: impl FnOnce(Interrupt, Signals) -> F,
) -> anyhow::Result<F::Output> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let interrupt = Interrupt::default();
    let output = runtime.block_on(async {
        let watch = tokio::spawn(watch_signals(interrupt.clone()));
        let work = work(interrupt.clone(), Signals(watch.abort_handle()));
        interrupt.scope(work).await
    });
    // A question that is still open blocks its thread for good.
    runtime.shutdown_timeout(GRACE);
    Ok(output)
}

async fn watch_signals(interrupt: Interrupt) {
    interrupt.trip(next_signal().await);
    let signal = next_signal().await;
    std::process::exit(128 + signal);
}

#[cfg(unix)]
async fn next_signal() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = SignalKind::terminate();
    let hangup = SignalKind::hangup();
    let (Ok(mut terminated), Ok(mut disconnected)) = (signal(terminate), signal(hangup)) else {
        return ctrl_c().await;
    };
    tokio::select! {
        signal = ctrl_c() => signal,
        _ = terminated.recv() => terminate.as_raw_value(),
        _ = disconnected.recv() => hangup.as_raw_value(),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> i32 {
    ctrl_c().await
}

async fn ctrl_c() -> i32 {
    if tokio::signal::ctrl_c().await.is_err() {
        // No handler could be installed: the system's own stays in force.
        std::future::pending::<()>().await;
    }
    SIGINT
}

/// `-v` tells what the layers do, `-vv` what the libraries do too. Secrets are redacted on the way out.
pub fn trace(verbose: u8, console: &Arc<Console>) {
    if verbose == 0 {
        return;
    }
    let level = match verbose {
        1 => "runner=debug",
        _ => "debug",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer({
            let console = Arc::clone(console);
            move || console.tracer()
        })
        .with_ansi(false)
        .without_time()
        .init();
}
