//! Commands about people: news for them, questions to experts, reports of abuse.

use hark_config::{Config, did_you_mean};

use crate::cli::{Cli, PeopleCommand};
use crate::commands::{ask, asks, notices, reports};
use crate::exit::{Done, Exit, Failure};

/// Runs the command.
pub async fn run(cli: &Cli, command: &PeopleCommand) -> Done {
    match command {
        PeopleCommand::Notices { command: None, state, limit } => notices::list(cli, state, *limit).await,
        PeopleCommand::Notices { command: Some(command), .. } => notices::run(cli, command).await,
        PeopleCommand::Ask(args) => ask::run(cli, args).await,
        PeopleCommand::Asks(args) => asks::run(cli, args).await,
        PeopleCommand::Reports { command: None, all, limit } => reports::list(cli, *all, *limit).await,
        PeopleCommand::Reports { command: Some(command), .. } => reports::run(cli, command).await,
    }
}

/// Says that the configuration has no such target.
pub fn no_target(config: &Config, name: &str) -> Failure {
    let known: Vec<&str> = config.notices.iter().map(|target| target.name.as_str()).collect();
    let near = did_you_mean(name, known.iter().copied(), '`');
    let message = format!("there is no target `{name}` in {}{near}", config.path.display());
    let hint = match known.is_empty() {
        true => "a target is a table of the configuration: [notices.NAME]".to_owned(),
        false => format!("there are: {}", known.join(", ")),
    };
    Failure::new(Exit::Usage, message).hint(hint)
}
