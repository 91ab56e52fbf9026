//! What every command needs around its work: the async runtime, signals, tracing.

use std::future::Future;
#[cfg(unix)]
use std::future::poll_fn;
use std::sync::Arc;
#[cfg(unix)]
use std::task::Poll;
use std::time::Duration;

use anyhow::Context;
use tokio::task::{AbortHandle, JoinHandle};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::interrupt::{Interrupt, SIGINT};
use crate::progress::{Event, Progress, Reporter};
use crate::ui::{Console, TraceTo};

/// How long work that nobody waits for may go on once the command is done.
const GRACE: Duration = Duration::from_millis(100);

/// How long a terminal that takes nothing may keep the process from ending.
const LEAVING: Duration = Duration::from_secs(5);

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
pub fn block_on<F: Future>(
    reporter: &Reporter,
    work: impl FnOnce(Interrupt) -> F,
) -> anyhow::Result<F::Output> {
    block_on_with(reporter, |interrupt, _| work(interrupt))
}

/// The same for work that may come to ignore signals.
pub fn block_on_with<F: Future>(
    reporter: &Reporter,
    work: impl FnOnce(Interrupt, Signals) -> F,
) -> anyhow::Result<F::Output> {
    let reporter = Arc::clone(reporter);
    block_on_watched(work, |caught, interrupt| {
        tokio::spawn(watch_signals(caught, interrupt, reporter))
    })
}

/// The same for a prompt, where each line is interrupted by itself: SIGINT interrupts the line, a second one that
/// comes before the line has ended warns, and a third one ends the process.
pub fn block_on_lines<F: Future>(
    console: &Arc<Console>,
    work: impl FnOnce(Interrupt) -> F,
) -> anyhow::Result<F::Output> {
    let console = Arc::clone(console);
    block_on_watched(
        |interrupt, _| work(interrupt),
        |caught, interrupt| tokio::spawn(watch_lines(caught, interrupt, console)),
    )
}

fn block_on_watched<F: Future>(
    work: impl FnOnce(Interrupt, Signals) -> F,
    watch: impl FnOnce(Caught, Interrupt) -> JoinHandle<()>,
) -> anyhow::Result<F::Output> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let interrupt = Interrupt::default();
    let output = runtime.block_on(async {
        // Before any work begins: until then a signal would end the process at once.
        let watch = watch(Caught::install(), interrupt.clone());
        let work = work(interrupt.clone(), Signals(watch.abort_handle()));
        interrupt.scope(work).await
    });
    // A question that is still open blocks its thread for good.
    runtime.shutdown_timeout(GRACE);
    Ok(output)
}

async fn watch_signals(mut caught: Caught, interrupt: Interrupt, reporter: Reporter) {
    interrupt.trip(caught.next().await);
    end_at_once(caught.next().await, reporter);
}

async fn watch_lines(mut caught: Caught, interrupt: Interrupt, console: Arc<Console>) {
    let mut warned = false;
    loop {
        let signal = caught.next().await;
        if !interrupt.is_tripped() {
            warned = false;
            interrupt.trip(signal);
        } else if signal != SIGINT || warned {
            end_at_once(signal, console);
        } else {
            // Whoever waits for a reader of stdout keeps the terminal from us, too.
            let console = Arc::clone(&console);
            let told = tokio::task::spawn_blocking(move || tell_how_to_end(&console));
            warned = !matches!(tokio::time::timeout(GRACE, told).await, Ok(Ok(false)));
        }
    }
}

/// Tells it, unless somebody else has the terminal: in a pager Ctrl-C is one of its keys.
fn tell_how_to_end(console: &Console) -> bool {
    let is_ours = !console.is_taken();
    if is_ours {
        let text = "it is being stopped; Ctrl-C once more ends the session at once";
        console.event(&Event::Warning(text.to_owned()));
    }
    is_ours
}

/// Ends the process; what is drawn on the terminal goes first, unless the terminal does not take it.
fn end_at_once(signal: i32, reporter: Reporter) -> ! {
    let (done, ended) = std::sync::mpsc::channel();
    let leaving = move || {
        reporter.end();
        done.send(())
    };
    // Without a thread to spare the screen stays as it is.
    if std::thread::Builder::new().spawn(leaving).is_ok() {
        let _ = ended.recv_timeout(LEAVING);
    }
    std::process::exit(128 + signal);
}

/// The signals that end a run, each with its number. One that cannot be caught keeps the system's own handling.
#[cfg(unix)]
struct Caught(Vec<(i32, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Caught {
    fn install() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let caught = kinds.map(|kind| Some((kind.as_raw_value(), signal(kind).ok()?)));
        Self(caught.into_iter().flatten().collect())
    }

    async fn next(&mut self) -> i32 {
        poll_fn(|context| {
            for (number, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(*number);
                }
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(not(unix))]
struct Caught;

#[cfg(not(unix))]
impl Caught {
    fn install() -> Self {
        Self
    }

    async fn next(&mut self) -> i32 {
        if tokio::signal::ctrl_c().await.is_err() {
            // No handler could be installed: the system's own stays in force.
            std::future::pending::<()>().await;
        }
        SIGINT
    }
}

/// `-v` tells what the layers do, `-vv` what the libraries do too; a log has all of it. Secrets are redacted on the way
/// out.
pub fn trace(verbose: u8, console: &Arc<Console>) {
    let stderr = match verbose {
        0 => None,
        1 => Some(layer("runner=debug", TraceTo::Stderr, console)),
        _ => Some(layer("debug", TraceTo::Stderr, console)),
    };
    let log = console
        .has_log()
        .then(|| layer("debug", TraceTo::Log, console));
    if stderr.is_some() || log.is_some() {
        tracing_subscriber::registry().with(stderr).with(log).init();
    }
}

fn layer<S>(level: &str, to: TraceTo, console: &Arc<Console>) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let console = Arc::clone(console);
    tracing_subscriber::fmt::layer()
        .with_writer(move || console.tracer(to))
        .with_ansi(false)
        .without_time()
        .with_filter(EnvFilter::new(level))
}
