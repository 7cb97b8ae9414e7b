//! `hark run`: listen to every enabled source and serve the feed.

use std::net::SocketAddr;
use std::time::Duration;

use hark_config::Config;
use hark_lifecycle::{Shutdown, Tasks};
use hark_pipeline::{Listening, Pipeline, PipelineReport, SourceSetup};
use hark_store::Store;
use hark_web::Teams;
use tokio::net::TcpListener;

use crate::cli::{Cli, RunArgs};
use crate::exit::{Done, Exit, Failure};
use crate::notices::{Asking, News, questions};
use crate::print::Served;
use crate::reload::Reloader;
use crate::signals::{Order, Signals};
use crate::{print, wiring};

/// Time that tasks have to end when asked to.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the command.
pub async fn run(cli: &Cli, args: &RunArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let (tasks, shutdown) = Tasks::new();
    if args.once {
        return once(cli, &config, tasks, shutdown).await;
    }
    let web = (!args.no_web).then_some(Served { json: cli.json });
    listen(&config, web, tasks, shutdown, Signals::listen()?).await
}

/// Listens until a signal comes, and serves the page if `web` says how to tell so. `tasks` may
/// already hold what goes with it.
pub async fn listen(
    config: &Config,
    web: Option<Served>,
    mut tasks: Tasks,
    shutdown: Shutdown,
    mut signals: Signals,
) -> Done {
    // The address first: when it is taken, nothing else should have happened.
    let web = match web {
        Some(served) => Some((bind(config.listen).await?, served)),
        None => None,
    };
    let webhooks = match config.webhooks {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let store = wiring::store(config)?;
    let listening = Listening::new(store.clone(), wiring::enricher(config).await?).await;
    let mut listening = listening.map_err(|error| wiring::store_failure(&error))?;
    let mut news = News::new(&store);
    let ended = async {
        let mut reloader = Reloader::start(config, &store, &mut listening, &mut news).await?;
        let clock = listening.clock();
        tasks.spawn("desk", clock.run(shutdown.clone()));
        listening.watch_spikes(&mut tasks, &shutdown);
        let door = Door { deliveries: wiring::door(listening.deliveries()), asking: news.asking() };
        let json = web.as_ref().is_some_and(|(_, served)| served.json);
        let is_beside = web.is_some() && webhooks.is_none();
        if let Some((listener, served)) = web {
            let beside = is_beside.then(|| door.clone());
            let address = serve(reloader.teams(), &store, listener, beside, &mut tasks, &shutdown)?;
            served.say(address);
        }
        if let Some(listener) = webhooks {
            let address = open_door(listener, door, &mut tasks, &shutdown)?;
            Served { json }.say_webhooks(address);
        } else if !is_beside && !listening.deliveries().is_empty() {
            tracing::warn!("no deliveries are taken: they come in beside the page, which is not served; set `webhooks` under [web]");
        }
        listen_on(&mut reloader, &mut listening, &mut news, &mut signals).await;
        Ok(())
    }
    .await;
    tracing::info!("stopping; a second signal stops at once");
    let stopping = async { tokio::join!(tasks.stop(GRACE), listening.stop(GRACE), news.stop(GRACE)) };
    let stopped = tokio::select! {
        (report, sources, courier) = stopping => Some([report.aborted, sources, courier].concat()),
        () = signals.next() => None,
    };
    if let Some(aborted) = stopped
        && !aborted.is_empty()
    {
        tracing::warn!(tasks = ?aborted, "did not end in time and were given up; what they were reading will be read again");
    }
    store.close().map_err(|error| wiring::store_failure(&error))?;
    ended
}

/// Listens until a signal asks to stop, and brings into force what changes meanwhile.
async fn listen_on(
    reloader: &mut Reloader,
    listening: &mut Listening,
    news: &mut News,
    signals: &mut Signals,
) {
    loop {
        tokio::select! {
            order = signals.order() => match order {
                Order::Stop => return,
                Order::Reload => reloader.reload(listening, news).await,
            },
            () = reloader.changed() => reloader.reload(listening, news).await,
            source = listening.failed_trial() => reloader.roll_back(&source, listening).await,
        }
    }
}

async fn once(cli: &Cli, config: &Config, mut tasks: Tasks, shutdown: Shutdown) -> Done {
    let store = wiring::store(config)?;
    let order = shutdown.clone();
    let mut signals = Signals::listen()?;
    tasks.spawn("signals", async move {
        tokio::select! { () = signals.next() => order.order(), () = order.ordered() => {} }
    });
    let report = async {
        let asking = asking(config, &store).await?;
        Ok(pipeline(config, &store, &asking).await?.run_once(&shutdown).await)
    }
    .await;
    tasks.stop(GRACE).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    let report = report?;
    print::run_report(&report, cli.json);
    all_well(&report)
}

fn all_well(report: &PipelineReport) -> Done {
    let troubled = report.iter().filter(|(_, stream)| stream.trouble.is_some()).count();
    if troubled == 0 {
        return Ok(());
    }
    Err(Failure::new(Exit::Source, format!("{troubled} of {} streams ended in trouble", report.len())))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(Exit::Network, format!("{address} cannot be listened on: {error}")).hint(
            "is another Hark running? Set `listen` in the configuration to another address, or use --no-web",
        )
    })
}

/// Returns who takes answers to questions; a run that reads once sends nothing.
async fn asking(config: &Config, store: &Store) -> Result<Asking, Failure> {
    let asking = Asking::default();
    asking.set(questions(config, store).await?, config);
    Ok(asking)
}

async fn pipeline(config: &Config, store: &Store, asking: &Asking) -> Result<Pipeline, Failure> {
    let enricher = wiring::enricher(config).await?;
    let known = hark_pipeline::know_staff(store, &enricher.tree()).await;
    known.map_err(|error| wiring::store_failure(&error))?;
    let sources = assemble_all(config, store, asking).await?;
    Pipeline::new(sources, store.clone(), enricher).await.map_err(|error| wiring::store_failure(&error))
}

/// Puts all enabled sources together. One that cannot start is said and left out; when none can,
/// there is nothing to do.
async fn assemble_all(config: &Config, store: &Store, asking: &Asking) -> Result<Vec<SourceSetup>, Failure> {
    let mut assembler = wiring::Assembler::listening(config, store)?.with_answers(asking.answers());
    let mut sources = Vec::new();
    let mut first_failure = None;
    for source in config.sources.iter().filter(|source| source.enabled) {
        match assembler.source(source).await {
            Ok(setup) => sources.push(setup),
            Err(failure) => {
                tracing::error!(source = %source.name, "left out: {failure}");
                first_failure.get_or_insert(failure);
            }
        }
    }
    match (sources.is_empty(), first_failure) {
        (true, Some(failure)) => Err(failure.hint("`hark check` says what each source lacks")),
        (true, None) => {
            Err(Failure::new(Exit::Config, format!("{} has no enabled source", config.path.display())))
        }
        (false, _) => Ok(sources),
    }
}

/// What is reachable from outside: deliveries of platforms, and questions to experts.
#[derive(Clone)]
struct Door {
    deliveries: hark_web::DeliveryOptions,
    asking: Asking,
}

impl Door {
    fn router(self) -> hark_web::Router {
        let questions = self.asking.current();
        let asks = hark_web::AskOptions { questions, per_min: hark_web::limits::ASKS_PER_MIN };
        hark_web::deliveries(self.deliveries).merge(hark_web::asks(asks))
    }
}

fn serve(
    teams: Teams,
    store: &Store,
    listener: TcpListener,
    door: Option<Door>,
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::of(Exit::Network, &error))?;
    let options = hark_web::WebOptions { names: Vec::new(), teams, shutdown: shutdown.clone() };
    let mut router = hark_web::router(store.clone(), options);
    if let Some(door) = door {
        router = router.merge(door.router());
    }
    let shutdown = shutdown.clone();
    tasks.spawn("web", hark_web::serve(listener, router, shutdown));
    Ok(address)
}

/// Takes what comes from outside on an address of its own, where nothing else is served.
fn open_door(
    listener: TcpListener,
    door: Door,
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::of(Exit::Network, &error))?;
    let (router, shutdown) = (door.router(), shutdown.clone());
    tasks.spawn("webhooks", hark_web::serve(listener, router, shutdown));
    Ok(address)
}
