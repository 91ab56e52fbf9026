//! What playbooks may rely on, run as playbooks. `wait(...)` is a primitive that really waits and gives back
//! its arguments: a future that is ready at once never yields and hides every fault of this kind.

mod cancel;
mod errors;
mod stdlib;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mlua::{Function, MultiValue};

use super::{Call, Entered, Error, Failure, Loader, Machine, Outcome, Scope, block, function};
use crate::config::Secret;
use crate::interrupt::{self, Interrupt};
use crate::progress::{AskError, Event, Progress, Question};

/// Remembers what was printed.
#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Ear {
    fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn hear(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
}

impl Progress for Ear {
    fn event(&self, event: &Event) {
        if let Event::Print(text) = event {
            self.hear(text);
        }
    }

    fn ask(&self, _: &Question) -> Result<Secret, AskError> {
        Err(AskError::Interrupted)
    }
}

/// One run in the making.
struct Bench {
    ear: Arc<Ear>,
    interrupt: Interrupt,
    machine: Machine,
}

/// A run that is over.
struct Done {
    result: Result<(), Failure>,
    printed: Vec<String>,
}

impl Done {
    #[track_caller]
    fn success(self) -> Vec<String> {
        match self.result {
            Ok(()) => self.printed,
            Err(failure) => panic!(
                "{failure}\n{:?}\nprinted: {:?}",
                failure.trace, self.printed
            ),
        }
    }

    #[track_caller]
    fn failure(self) -> Failure {
        self.result.expect_err("the playbook should have failed")
    }
}

fn bench() -> Bench {
    bench_at(Path::new("play.lua"), Path::new("."))
}

fn bench_at(playbook: &Path, root: &Path) -> Bench {
    let ear = Arc::new(Ear::default());
    let interrupt = Interrupt::default();
    let loader = Loader::new(playbook, root);
    let machine = Machine::new(interrupt.clone(), Arc::clone(&ear) as _, loader).unwrap();
    let bench = Bench {
        ear,
        interrupt,
        machine,
    };
    bench.add_primitives();
    bench
}

impl Bench {
    fn add_primitives(&self) {
        let lua = self.machine.lua();
        let globals = lua.globals();
        let wait = function(lua, "wait", |_: Call, args: MultiValue| async move {
            interrupt::race(tokio::time::sleep(Duration::from_millis(2))).await?;
            Ok(args)
        });
        globals.set("wait", wait.unwrap()).unwrap();
        let sleep = function(lua, "sleep", |_, seconds: f64| async move {
            interrupt::race(tokio::time::sleep(Duration::from_secs_f64(seconds))).await?;
            Ok(())
        });
        globals.set("sleep", sleep.unwrap()).unwrap();
        let fail = function(lua, "fail", |_, message: String| async move {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Err::<(), _>(Error::failed(message).with_text("sqlstate", Some("23505")))
        });
        globals.set("fail", fail.unwrap()).unwrap();
        let ear = Arc::clone(&self.ear);
        let undo = function(lua, "undo", move |_, (): ()| {
            let ear = Arc::clone(&ear);
            async move {
                interrupt::interrupted().await;
                for _ in 0..10_000 {
                    tokio::task::yield_now().await;
                }
                ear.hear("undone");
                Err::<(), _>(Error::interrupted())
            }
        });
        globals.set("undo", undo.unwrap()).unwrap();
        let ear = Arc::clone(&self.ear);
        let guarded = block(
            lua,
            "guarded",
            move |_, (name, body): (String, Function)| {
                let scope = Guard {
                    name,
                    ear: Arc::clone(&ear),
                };
                async move {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    scope.ear.hear(&format!("open {}", scope.name));
                    Ok(Entered {
                        args: MultiValue::from_vec(vec![mlua::Value::Integer(7)]),
                        scope: Box::new(scope),
                        body,
                    })
                }
            },
        );
        globals.set("guarded", guarded.unwrap()).unwrap();
    }

    async fn run(self, text: &str) -> Done {
        let result = self.machine.run("play.lua", text).await;
        Done {
            result,
            printed: self.ear.heard(),
        }
    }
}

struct Guard {
    name: String,
    ear: Arc<Ear>,
}

impl Scope for Guard {
    fn describe(&self) -> String {
        format!("guard `{}`", self.name)
    }

    fn leave(
        self: Box<Self>,
        outcome: Outcome,
    ) -> futures_util::future::BoxFuture<'static, Result<(), Error>> {
        Box::pin(async move {
            interrupt::race(tokio::time::sleep(Duration::from_millis(2))).await?;
            self.ear.hear(&format!("{outcome:?} {}", self.name));
            Ok(())
        })
    }
}

async fn printed(text: &str) -> Vec<String> {
    bench().run(text).await.success()
}
