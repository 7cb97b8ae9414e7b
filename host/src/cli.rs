//! The command line: every command, flag and example.

mod analysis;
mod people;
mod routing;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use hark_model::{Ms, Sentiment, Zone};
use hark_runtime::Contracts;

pub use analysis::{
    EvalArgs, ExpertsArgs, Label, LabelArgs, LabelsCommand, LabelsExportArgs, ReanalyseArgs, SpikesArgs,
    TopicsArgs, TrainArgs,
};
pub use people::{AskArgs, AsksArgs, NoticesCommand, PeopleCommand, ReportsCommand, SettleArgs};
pub use routing::{DryRunArgs, RouteCommand, SilenceArgs, SilenceCommand};

/// A host for sandboxed listening connectors: one feed from every platform.
#[derive(Debug, Parser)]
#[command(
    name = "hark",
    version,
    long_version = long_version(),
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:
  hark demo                       see it work, with servers that the demo brings up itself
  hark --config hark.toml check   is everything in place?
  hark --config hark.toml run     listen, and show the feed at http://127.0.0.1:7070
  hark feed --follow --zone social --sentiment negative"
)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, short, global = true, env = "HARK_CONFIG", default_value = "hark.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// Print machine-readable JSON, one value a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on standard error: -v for what is read, -vv for all.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The version of the program, and those of the contract that it serves.
fn long_version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let own = env!("CARGO_PKG_VERSION");
        format!("{own}\nserves connectors built for hark:connector {}", Contracts::default())
    });
    &TEXT
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen to every enabled source and serve the feed.
    #[command(
        after_help = "Examples:\n  hark run\n  hark run --once        read every stream once, then end (for cron)\n  hark run --no-web      listen only"
    )]
    Run(RunArgs),
    /// Bring up a mail server and feeds with a day of invented conversation, and listen to them.
    #[command(
        after_help = "Examples:\n  hark demo\n  hark demo --listen 127.0.0.1:8080\n  hark demo --folder my-demo   keep its files, to look into them later"
    )]
    Demo(DemoArgs),
    /// Print the feed, newest last.
    #[command(
        after_help = "Examples:\n  hark feed\n  hark feed --follow --zone social --sentiment negative\n  hark feed --since 24h 'battery or \"card declined\"'\n  hark feed 'zone:intranet -author:bot vpn NEAR/5 hour sentiment:<-0.3'\n  hark feed --count 'has:report since:7d'\n  hark feed --explain 'is:reply @file:brands.txt'   lists are in the folder `lists` beside the configuration\n  hark feed -- -author:bot\n  hark feed --fields\n  hark feed --json | jq .text"
    )]
    Feed(FeedArgs),
    /// Check the configuration and every source: settings, permissions, credentials, sign-in.
    #[command(
        after_help = "Examples:\n  hark check\n  hark check support-mail\n  hark check --offline    without asking any platform"
    )]
    Check(CheckArgs),
    /// Tell what the process can give up on this machine before it listens: files, programs, ports, system calls.
    #[command(after_help = "Examples:\n  hark doctor\n  hark --json doctor | jq 'select(.state != \"on\")'")]
    Doctor,
    /// List the sources with their state, or what a source could listen to.
    #[command(
        after_help = "Examples:\n  hark sources\n  hark sources discover forum    targets that `targets = [...]` can name\n  hark sources capsule forum -o crash.json && hark plugin try forum --capsule crash.json\n  hark sources release forum     call its connector again after a quarantine"
    )]
    Sources {
        /// What else to list.
        #[command(subcommand)]
        command: Option<SourcesCommand>,
    },
    /// Say yes to a build of a connector that asks for more than the one before it.
    #[command(
        after_help = "Examples:\n  hark grant forum          shows what is asked for, and asks\n  hark grant forum --yes\n\nWhat a source may reach is never more than the grant of its table in the configuration covers."
    )]
    Grant(GrantArgs),
    /// Read what was said before a source was listened to; goes on where it was stopped.
    #[command(
        after_help = "Examples:\n  hark backfill forum --since 30d\n  hark backfill forum --stream posts --since 2026-01-01 --until 2026-02-01\n  hark backfill forum               go on with one that was stopped"
    )]
    Backfill(BackfillArgs),
    /// Read kept payloads again with a build of a connector, and show what would be another.
    #[command(
        after_help = "Examples:\n  hark replay forum --connector my-forum.wasm --since 7d\n  hark replay forum --accept    store it: changed items get a new revision"
    )]
    Replay(ReplayArgs),
    /// Read the archive again with the analyser of now, beside whatever listens; goes on where it was stopped.
    #[command(
        after_help = "Examples:\n  hark reanalyse --dry-run      what would be added, and how many would feel otherwise\n  hark reanalyse --since 90d\n  hark reanalyse                Ctrl-C stops it, the same command goes on\n\nOpinions are added and none is changed: an item shows the newest, with who says so. Models and rules of your\nown count as another analyser whenever their file is another."
    )]
    Reanalyse(ReanalyseArgs),
    /// Look at the rules that say who gets what: check a file, ask why, try other rules.
    #[command(
        subcommand,
        after_help = "Examples:\n  hark route check\n  hark route explain 5f0c...                          why did it go there?\n  hark route dry-run --since 7d --rules new-rules.toml   what would go elsewhere?"
    )]
    Route(RouteCommand),
    /// Keep notices about some items quiet for a while; items are routed all the same.
    #[command(
        subcommand,
        after_help = "Examples:\n  hark silence add fair --when '#fair2026' --for 3d --author ann --reason 'terminals at the fair are slow'\n  hark silence list\n  hark silence end fair"
    )]
    Silence(SilenceCommand),
    /// List the hours in which more was said than usual, or more of it negative.
    #[command(
        after_help = "Examples:\n  hark spikes\n  hark spikes --since 7d --json | jq 'select(.team == \"payments\") | .why'\n\n`hark run` looks every minute, by source and by tag of the rules, a quarter of an hour behind the clock, and learns\nwhat is usual for a day first. Rules see an alarm as an item of its source, with the tag as title and why as text."
    )]
    Spikes(SpikesArgs),
    /// Tell what the last hours are about, and which words come up more than they did.
    #[command(
        after_help = "Examples:\n  hark topics\n  hark topics --window 24h --limit 20 --zone social\n  hark topics --json | jq 'select(.trending)'"
    )]
    Topics(TopicsArgs),
    /// Answer an item on its platform.
    #[command(
        after_help = "Examples:\n  hark feed --json | jq '.uid, .text'\n  hark reply 5f0c... --text 'Thank you, we look into it.'"
    )]
    Reply(ReplyArgs),
    /// Name up to three people who likely know what an item asks, with what they wrote of it.
    #[command(
        after_help = "Examples:\n  hark feed --json | jq '.uid, .text'\n  hark experts 5f0c...\n  hark experts 5f0c... --active --json | jq '.person'\n\nOnly who stands under [experts] in the configuration is ever read or named: put there who has agreed."
    )]
    Experts(ExpertsArgs),
    /// Say how an item feels, beside what the machine thinks of it.
    #[command(
        after_help = "Examples:\n  hark feed --json | jq '.uid, .text, .sentiment.label'\n  hark label 5f0c... negative --by ada\n\nNothing is overwritten: the newest label of a text counts, and `hark labels export` hands it to `hark train`."
    )]
    Label(LabelArgs),
    /// What people said of how items feel.
    #[command(subcommand)]
    Labels(LabelsCommand),
    #[command(flatten)]
    People(PeopleCommand),
    /// Make a model of sentiment from labelled texts of your own.
    #[command(
        after_help = "Examples:\n  hark train mails.csv --out mails.model         a first line names the columns text, label, language\n  hark train labels.jsonl more.tsv --out our.model --language de\n\nLabels are negative, neutral and positive, or 0, 1 and 2. In hark.toml: [analysis] models = [\"mails.model\"]"
    )]
    Train(TrainArgs),
    /// Measure language and sentiment on a folder of labelled texts.
    #[command(
        after_help = "Examples:\n  hark eval ../labelled\n  hark eval ../labelled --model mails.model --json\n\nFiles: .csv, .jsonl, .tsv (label, tab, text), _text.txt with _labels.txt; .tsv of number, rating, text.\nA folder is named for the language: english, mails-de."
    )]
    Eval(EvalArgs),
    /// Make, build and inspect connectors.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Compile a component from standard input to standard output: what Hark calls itself for.
    #[command(hide = true)]
    Compile(CompileArgs),
}

/// Flags of `compile`; `hark_runtime::Apart` names them.
#[derive(Debug, Args)]
pub struct CompileArgs {
    /// How memories lie.
    #[arg(long)]
    pub layout: String,
    /// The engine that the code is for.
    #[arg(long)]
    pub engine: String,
    /// Most address space.
    #[arg(long)]
    pub memory_mib: u64,
    /// Most computing.
    #[arg(long)]
    pub secs: u64,
}

fn parse_dropout(text: &str) -> Result<f32, String> {
    let share = text.parse().ok().filter(|share| (0.0..=0.9).contains(share));
    share.ok_or_else(|| "must be a number from 0 to 0.9".to_owned())
}

/// Flags of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Read every stream once, then end.
    #[arg(long)]
    pub once: bool,
    /// Serve no page.
    #[arg(long, conflicts_with = "once")]
    pub no_web: bool,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the page is served.
    #[arg(long, default_value = "127.0.0.1:7070", value_name = "ADDRESS:PORT")]
    pub listen: std::net::SocketAddr,
    /// Folder for the demo's files; kept afterwards. Without it, a temporary one.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Seconds between two new arrivals.
    #[arg(long, default_value = "5", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub every: u64,
}

/// Flags of `feed`.
#[derive(Debug, Args)]
pub struct FeedArgs {
    /// What to let through, in the filter language: words, "a phrase", begin*, -not, or, (...), author:name, since:24h.
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Say the filter in a sentence, and nothing else.
    #[arg(long, conflicts_with_all = ["follow", "count"])]
    pub explain: bool,
    /// List the fields of the filter language, and nothing else.
    #[arg(long, conflicts_with_all = ["follow", "count", "explain", "filter"])]
    pub fields: bool,
    /// Print how many items there are, and none of them.
    #[arg(long, conflicts_with = "follow")]
    pub count: bool,
    /// Go on printing what comes.
    #[arg(long, short)]
    pub follow: bool,
    /// Only this zone: intranet, extranet, social. May be repeated.
    #[arg(long, value_name = "ZONE")]
    pub zone: Vec<Zone>,
    /// Only this source. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// Only this sentiment: positive, neutral, negative, unknown. May be repeated.
    #[arg(long, value_name = "LABEL")]
    pub sentiment: Vec<Sentiment>,
    /// Only what is routed to this team. May be repeated.
    #[arg(long, value_name = "TEAM")]
    pub team: Vec<String>,
    /// Only this language, such as en.
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Only what is younger: 90m, 24h, 7d.
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub since: Option<Duration>,
    /// How many items at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// What to list of sources.
#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Ask the platform what a source could listen to.
    Discover {
        /// Name of the source in the configuration.
        source: String,
    },
    /// Let a source out of quarantine: its connector is called again.
    Release {
        /// Name of the source.
        source: String,
    },
    /// Write a call that crashed, as it is kept, without secrets.
    Capsule {
        /// Name of the source.
        source: String,
        /// Number of the capsule; the newest, if left out.
        number: Option<i64>,
        /// Where to write it; standard output, if left out.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Flags of `grant`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// Name of the source in the configuration.
    pub source: String,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// Flags of `backfill`.
#[derive(Debug, Args)]
pub struct BackfillArgs {
    /// Name of the source in the configuration.
    pub source: String,
    /// Only this stream; all that offer it, if left out.
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// From when: an age (30d) or a day (2026-01-31). Of a new backfill: 30 days, or `backfill_days`.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// Until when: an age or a day; now, if left out.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub until: Option<Ms>,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Name of the source in the configuration.
    pub source: String,
    /// The build to read with; the source's own, if left out.
    #[arg(long, value_name = "FILE.wasm")]
    pub connector: Option<PathBuf>,
    /// Only payloads that came since: an age (7d) or a day (2026-01-31); all, if left out.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// Store what is read: new items, and changed ones as a new revision. Nothing is removed.
    #[arg(long)]
    pub accept: bool,
}

/// Flags of `reply`.
#[derive(Debug, Args)]
pub struct ReplyArgs {
    /// The item: its `uid` or `id` in `hark feed --json`.
    pub item: String,
    /// What to say.
    #[arg(long, value_name = "TEXT")]
    pub text: String,
    /// The source to answer through, where several saw the item.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Key of an earlier attempt, which makes this one the same.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// Flags of `plugin pull`.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// References and .wasm files. All references of the configuration, if left out.
    pub connectors: Vec<String>,
    /// Ask anew what each reference means, and pin that.
    #[arg(long)]
    pub update: bool,
    /// Take an older version, too.
    #[arg(long, requires = "update")]
    pub allow_older: bool,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only these sources.
    pub sources: Vec<String>,
    /// Ask no platform.
    #[arg(long)]
    pub offline: bool,
}

/// What a connector is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// Rust, with cargo.
    Rust,
    /// Python, with componentize-py.
    Python,
    /// JavaScript, with componentize-js.
    Js,
}

/// What to do with connectors.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Make the folder of a new connector, which builds and reads at once.
    #[command(
        after_help = "Examples:\n  hark plugin new my-forum && hark plugin build my-forum\n  hark plugin new --lang python my-forum && hark plugin build --install my-forum"
    )]
    New {
        /// What the connector is written in.
        #[arg(long, value_enum, default_value_t = Lang::Rust)]
        lang: Lang,
        /// Name of the connector and its folder: a-z, 0-9 and -.
        name: String,
        /// Where to make the folder.
        #[arg(long, default_value = ".", value_name = "FOLDER")]
        r#in: PathBuf,
    },
    /// Build a connector and check it against the contract.
    #[command(
        after_help = "Examples:\n  hark plugin build my-forum\n  hark plugin build --install my-forum   install its pinned tools first, in its own folder"
    )]
    Build {
        /// Install the tools that the connector's lock file pins, in its own folder (Python, JavaScript).
        #[arg(long)]
        install: bool,
        /// Folder of the connector.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Serve a folder on loopback, in a platform's place: GET /posts.json gives double/posts.json.
    #[command(after_help = "Example:\n  hark plugin double my-forum/double")]
    Double {
        /// What to serve.
        #[arg(default_value = "double")]
        folder: PathBuf,
        /// Where to serve it; on loopback only.
        #[arg(long, default_value = "127.0.0.1:7071", value_name = "ADDRESS:PORT")]
        listen: std::net::SocketAddr,
    },
    /// Print what a connector is and asks for, and what the configuration grants or withholds.
    #[command(
        after_help = "Examples:\n  hark plugin inspect email\n  hark plugin inspect my-forum/my-forum.wasm\n  hark plugin inspect --diff my-forum-1.wasm my-forum-2.wasm    what the second asks for beyond the first"
    )]
    Inspect {
        /// A bundled connector's name, a .wasm file or a reference.
        #[arg(required_unless_present = "diff")]
        connector: Option<String>,
        /// Compare what two builds ask for.
        #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with = "connector")]
        diff: Option<Vec<String>>,
    },
    /// Read once from a configured source and print the normalised events; nothing is stored.
    #[command(
        after_help = "Examples:\n  hark plugin try support-mail\n  hark plugin try support-mail --stream inbox --max-events 10\n  hark plugin try my-forum.wasm --capsule crash.json    make a call again that crashed; ends with 6 if it does again"
    )]
    Try {
        /// Name of the source in the configuration; with --capsule also a bundled connector's name or a .wasm file.
        source: String,
        /// Make the call of this capsule again, played, under the limits that it had.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["stream", "max_events"])]
        capsule: Option<PathBuf>,
        /// Only this stream.
        #[arg(long, value_name = "NAME")]
        stream: Option<String>,
        /// How many events to ask for.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=2000))]
        max_events: u32,
    },
    /// Record what a configured source is sent and heard into a cassette, without secrets; nothing is stored.
    #[command(
        after_help = "Examples:\n  hark plugin record support-mail -o cassettes/inbox.json\n  hark plugin record blog -o cassettes/blog.json --max-events 6   more and smaller batches\n  hark plugin record forum -o cassettes/posts.json --also also.json   with deliveries and actions: sdk/CERTIFICATION.md"
    )]
    Record(RecordArgs),
    /// Fetch connectors that are not here yet, and compile what is not compiled: `hark run` then only loads.
    #[command(
        after_help = "Examples:\n  hark plugin add                                 every connector of the configuration\n  hark plugin add my-forum.wasm\n  hark plugin add oci://ghcr.io/acme/forum:1\n\nEach is compiled in a process apart, within the limits under [compile] of the configuration."
    )]
    Add {
        /// Names, .wasm files and references. All of the configuration, if left out.
        connectors: Vec<String>,
    },
    /// Fetch the connectors that the configuration names, check their signatures, and pin them in hark.lock.
    #[command(
        after_help = "Examples:\n  hark plugin pull                                        what is not here yet; no pin changes\n  hark plugin pull --update oci://ghcr.io/acme/forum:1    what the tag means now\n  hark plugin pull my-forum.wasm                          pin a file as it is now; --update when it is built anew"
    )]
    Pull(PullArgs),
    /// Put a connector into an OCI registry, with the signature that lies beside it.
    #[command(
        after_help = "Examples:\n  hark plugin push my-forum.wasm oci://ghcr.io/acme/forum:1.2.0\n  hark plugin push --unsigned my-forum.wasm oci://127.0.0.1:5000/forum:test\n\nUser and password stand under [registry.\"HOST\"] of the configuration."
    )]
    Push {
        /// The component.
        file: PathBuf,
        /// Where to: oci://HOST/NAME:TAG.
        reference: String,
        /// Push it although it has no signature.
        #[arg(long)]
        unsigned: bool,
    },
    /// Sign a connector: FILE.minisig, which `minisign -V` verifies, too.
    #[command(
        after_help = "Example:\n  hark plugin keygen acme.key\n  hark plugin sign my-forum.wasm --key acme.key\n\nA key that minisign locked is opened with HARK_SIGNING_PASSWORD, or with what is typed."
    )]
    Sign {
        /// The component.
        file: PathBuf,
        /// The secret key, as minisign writes it.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Make a key that signs connectors, and print what those who trust it write.
    #[command(
        after_help = "Example:\n  hark plugin keygen acme.key\n\nThe file is not locked: whoever reads it can sign. `minisign -G` makes one with a password."
    )]
    Keygen {
        /// The new file of the secret key.
        file: PathBuf,
    },
    /// Check pins, bytes and signatures, without a network: would `hark run` take them?
    #[command(
        after_help = "Examples:\n  hark plugin verify                  every connector of the configuration\n  hark plugin verify my-forum.wasm"
    )]
    Verify {
        /// .wasm files and references. All of the configuration, if left out.
        connectors: Vec<String>,
    },
    /// Certify a connector: try every law on it, with cassettes in place of the network.
    #[command(
        after_help = "Examples:\n  hark plugin test my-forum/my-forum.wasm      with my-forum/cassettes/*.json\n  hark plugin test email --cassette inbox.json --report report.json\n  hark plugin test rss --cassette blog.json --only resume --only edits\n\nEnds with 6 when a law is broken. The laws stand in sdk/CERTIFICATION.md."
    )]
    Test {
        /// A bundled connector's name or a .wasm file.
        connector: String,
        /// A cassette. May be repeated. Without it: all of the folder `cassettes` beside the .wasm file.
        #[arg(long, value_name = "FILE")]
        cassette: Vec<PathBuf>,
        /// Write what came of each law into this file, as JSON.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Only this law. May be repeated.
        #[arg(long, value_name = "LAW")]
        only: Vec<String>,
    },
}

/// What is recorded, and how.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Name of the source in the configuration.
    pub source: String,
    /// Where to write the cassette.
    #[arg(long, short, value_name = "CASSETTE")]
    pub output: PathBuf,
    /// Only this stream.
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// How many events a batch may hold.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub max_events: u32,
    /// Read from then on, as in 7d or 2026-01-31; without it the connector chooses.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// Only this target. May be repeated.
    #[arg(long, value_name = "ID")]
    pub target: Vec<String>,
    /// A file with what else the cassette is to hold: deliveries, actions that are really done, listings.
    #[arg(long, value_name = "FILE")]
    pub also: Option<PathBuf>,
}

/// Parses "90m", "24h", "7d", "45s".
fn parse_age(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let seconds = match &text[digits..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("write a number and one of s, m, h, d: 90m, 24h, 7d".to_owned()),
    };
    let number: u64 = text[..digits].parse().map_err(|_| "write a number first: 24h".to_owned())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "that is too long ago".to_owned())
}

/// Parses an age, counted back from now, or a day, which begins at midnight UTC.
fn parse_when(text: &str) -> Result<Ms, String> {
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
        return Ok(midnight.timestamp().as_millisecond());
    }
    let age = parse_age(text).map_err(|why| format!("{why}; or a day: 2026-01-31"))?;
    Ok(hark_pipeline::now().saturating_sub(Ms::try_from(age.as_millis()).unwrap_or(Ms::MAX)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_time_is_a_day_or_an_age() {
        assert_eq!(parse_when("2026-01-31"), Ok(1_769_817_600_000));
        let hour_ago = parse_when("1h").unwrap();
        assert!((hark_pipeline::now() - hour_ago).abs_diff(3_600_000) < 600_000, "{hour_ago}");
        for bad in ["2026-13-01", "yesterday", ""] {
            assert!(parse_when(bad).unwrap_err().contains("2026-01-31"), "time: {bad}");
        }
    }

    #[test]
    fn ages_have_units() {
        assert_eq!(parse_age("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(parse_age("90m"), Ok(Duration::from_secs(5_400)));
        for bad in ["", "24", "h", "1w", "-1h", "99999999999999999999d", "9999999999999999999d"] {
            assert!(parse_age(bad).is_err(), "age: {bad}");
        }
    }
}
