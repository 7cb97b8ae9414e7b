//! Commands and flags about people: news for them, questions to experts, reports of abuse.

use clap::{Args, Subcommand};
use hark_model::Visibility;
use hark_store::{ChimeInState, NoticeState};

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// List news for people that is on its way or was given up, or look after it.
    #[command(
        after_help = "Examples:\n  hark notices                        what waits, and what was given up\n  hark notices --state sent --limit 20\n  hark notices test team              sends one, and says what came of it\n  hark notices retry chime-in:7       tries again what was given up\n  hark notices drop chime-in:7        it is not sent any more\n\nTargets stand under [notices.NAME] of the configuration; `hark run` sends."
    )]
    Notices {
        /// What else to do.
        #[command(subcommand)]
        command: Option<NoticesCommand>,
        /// Only in this state: held, waiting, sending, uncertain, sent, bundled, dead, dropped. May be repeated.
        #[arg(long, value_name = "STATE", value_parser = parse_notice_state)]
        state: Vec<NoticeState>,
        /// How many of each state at most.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// Ask an expert without an account to chime in on one conversation.
    #[command(
        after_help = "Examples:\n  hark ask 12 --person zoe@example.com --reason 'you wrote the manual'\n  hark ask 12 --person Zoe --reason 'you wrote the manual' --may-see internal\n\nThe number of a conversation stands in the address of its page, and in `hark feed --json`. The person gets a link to\nthis one conversation and can answer once, there or by mail; `hark asks` shows what came of it."
    )]
    Ask(AskArgs),
    /// List questions to experts with how they stand: asked, seen, answered, declined, expired, undeliverable, withdrawn.
    #[command(
        after_help = "Examples:\n  hark asks\n  hark asks --state answered\n  hark asks --json | jq 'select(.draft) | .answer'\n  hark asks --withdraw 7      take a question back"
    )]
    Asks(AsksArgs),
    /// List reports of abuse, oldest first, or settle one.
    #[command(
        after_help = "Examples:\n  hark reports\n  hark reports --all --json\n  hark reports settle 7 removed --why 'threats'\n  hark reports settle 7 hidden --hide      hides it on its platform, too\n\nOutcomes: removed, hidden, warned, suspended, no-violation, duplicate, withdrawn."
    )]
    Reports {
        /// What else to do.
        #[command(subcommand)]
        command: Option<ReportsCommand>,
        /// Those that are settled, too.
        #[arg(long)]
        all: bool,
        /// How many at most.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

/// What to do with notices.
#[derive(Debug, Subcommand)]
pub enum NoticesCommand {
    /// Try a notice again that was given up or waits, at once and from the beginning.
    Retry {
        /// Its key, as `hark notices` shows it.
        key: String,
    },
    /// Do not send a notice any more.
    Drop {
        /// Its key, as `hark notices` shows it.
        key: String,
    },
    /// Send one to a target, and say what came of it.
    Test {
        /// Name of the target in the configuration.
        target: String,
    },
}

/// Flags of `ask`.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// Number of the conversation.
    pub conversation: i64,
    /// Who is asked: a mail address, or a name that the database knows one address of.
    #[arg(long, value_name = "NAME|MAIL")]
    pub person: String,
    /// Why this person, in words that they read.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who asks, as the person reads it; `asker` of [ask], if left out.
    #[arg(long, value_name = "NAME")]
    pub asker: Option<String>,
    /// The target that asks; `target` of [ask], if left out. In a chat, everybody in the channel can open the link.
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// The most private visibility that the person may see: public, unlisted, community, internal, restricted, direct.
    #[arg(long, value_name = "VISIBILITY")]
    pub may_see: Option<Visibility>,
    /// How many days the question opens; `days` of [ask], if left out.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=30))]
    pub days: Option<u32>,
}

/// Flags of `asks`.
#[derive(Debug, Args)]
pub struct AsksArgs {
    /// Only in this state: asked, seen, answered, declined, expired, undeliverable, withdrawn.
    #[arg(long, value_name = "STATE", value_parser = parse_chime_in_state)]
    pub state: Option<ChimeInState>,
    /// Take back the question of this number, and nothing else.
    #[arg(long, value_name = "NUMBER", conflicts_with = "state")]
    pub withdraw: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
}

/// What to do with reports of abuse.
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Settle a report.
    Settle(SettleArgs),
    /// Hand a report on: to the platform, a lawyer or the police.
    Escalate {
        /// Number of the report.
        report: i64,
        /// Why, and to whom.
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Open a settled report again, because somebody objects.
    Appeal {
        /// Number of the report.
        report: i64,
        /// Who objects, and why.
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Show what was done with a report.
    Show {
        /// Number of the report.
        report: i64,
    },
}

/// Flags of `reports settle`.
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// Number of the report.
    pub report: i64,
    /// How it ends: removed, hidden, warned, suspended, no-violation, duplicate, withdrawn.
    pub outcome: String,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub why: String,
    /// Hide it on its platform first; the report is settled only if that was done.
    #[arg(long)]
    pub hide: bool,
    /// Do not ask before something is done on the platform.
    #[arg(long)]
    pub yes: bool,
}

fn parse_notice_state(text: &str) -> Result<NoticeState, String> {
    word(NoticeState::ALL, NoticeState::as_str, text)
}

fn parse_chime_in_state(text: &str) -> Result<ChimeInState, String> {
    word(ChimeInState::ALL, ChimeInState::as_str, text)
}

fn word<T: Copy>(all: &[T], spelling: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    let words: Vec<&str> = all.iter().map(|value| spelling(*value)).collect();
    let found = all.iter().find(|value| spelling(**value) == text).copied();
    found.ok_or_else(|| {
        let near = hark_config::did_you_mean(text, words.iter().copied(), '`');
        format!("it is one of {}{near}", words.join(", "))
    })
}
