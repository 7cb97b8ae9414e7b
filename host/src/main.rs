//! The `hark` command: reads the command line, wires the floors together, and says how it ended.

#[macro_use]
mod out;

mod ask;
mod cli;
mod commands;
mod confinement;
mod exit;
mod grants;
mod lists;
mod log;
mod masks;
mod notices;
mod print;
mod reload;
mod second;
mod settings;
mod signals;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, LabelsCommand, PluginCommand, SourcesCommand};
use crate::exit::{Done, Exit, Failure};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let tries = matches!(cli.command, Command::Plugin(PluginCommand::Test { .. }));
    log::start(cli.verbose, cli.json, if tries { log::Talk::Little } else { log::Talk::Usual });
    match start(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(cli.json),
    }
}

fn start(cli: &Cli) -> Done {
    match &cli.command {
        Command::Compile(args) => return commands::compile::run(args),
        // While there is one thread only: what is given up here, those that are started later never have. Who
        // compiles is started before, because no program is started later.
        Command::Run(_) => {
            let config = wiring::config(&cli.config)?;
            commands::plugin_add::ready(&config)?;
            confinement::confine(&config)?;
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::of(Exit::Internal, &error))?.block_on(run(cli))
}

async fn run(cli: &Cli) -> Done {
    match &cli.command {
        Command::Run(args) => commands::run::run(cli, args).await,
        Command::Demo(args) => commands::demo::run(cli, args).await,
        Command::Doctor => commands::doctor::run(cli),
        Command::Feed(args) => commands::feed::run(cli, args).await,
        Command::Check(args) => commands::check::run(cli, args).await,
        Command::Sources { command: None } => commands::sources::run(cli).await,
        Command::Sources { command: Some(command) } => sources(cli, command).await,
        Command::Grant(args) => commands::grant::run(cli, args).await,
        Command::Backfill(args) => commands::backfill::run(cli, args).await,
        Command::Replay(args) => commands::replay::run(cli, args).await,
        Command::Reanalyse(args) => commands::reanalyse::run(cli, args).await,
        Command::Route(command) => commands::route::run(cli, command).await,
        Command::Silence(command) => commands::silence::run(cli, command).await,
        Command::Spikes(args) => commands::spikes::run(cli, args).await,
        Command::Topics(args) => commands::topics::run(cli, args).await,
        Command::Reply(args) => commands::reply::run(cli, args).await,
        Command::Experts(args) => commands::experts::run(cli, args).await,
        Command::Label(args) => commands::label::run(cli, args).await,
        Command::Labels(LabelsCommand::Export(args)) => commands::labels::export(cli, args).await,
        Command::People(command) => commands::people::run(cli, command).await,
        Command::Train(args) => commands::train::run(cli, args),
        Command::Eval(args) => commands::eval::run(cli, args),
        Command::Plugin(command) => plugin(cli, command).await,
        Command::Compile(args) => commands::compile::run(args),
    }
}

async fn sources(cli: &Cli, command: &SourcesCommand) -> Done {
    match command {
        SourcesCommand::Discover { source } => commands::discover::run(cli, source).await,
        SourcesCommand::Release { source } => commands::sources::release(cli, source).await,
        SourcesCommand::Capsule { source, number, output } => {
            commands::sources::capsule(cli, source, *number, output.as_deref()).await
        }
    }
}

async fn plugin(cli: &Cli, command: &PluginCommand) -> Done {
    match command {
        PluginCommand::New { lang, name, r#in } => commands::plugin_new::run(cli, *lang, name, r#in),
        PluginCommand::Build { install, folder } => commands::plugin_build::run(cli, folder, *install).await,
        PluginCommand::Double { folder, listen } => commands::plugin_double::run(cli, folder, *listen).await,
        PluginCommand::Inspect { diff: Some(both), .. } => {
            commands::plugin_inspect::difference(cli, &both[0], &both[1]).await
        }
        PluginCommand::Inspect { connector, diff: None } => {
            commands::plugin_inspect::run(cli, connector.as_deref().unwrap_or_default()).await
        }
        PluginCommand::Try { source, capsule: Some(file), .. } => {
            commands::plugin_capsule::run(cli, source, file).await
        }
        PluginCommand::Try { source, stream, max_events, capsule: None } => {
            commands::plugin_try::run(cli, source, stream.as_deref(), *max_events).await
        }
        PluginCommand::Record(args) => commands::plugin_record::run(cli, args).await,
        PluginCommand::Add { connectors } => commands::plugin_add::run(cli, connectors).await,
        PluginCommand::Pull(args) => commands::plugin_pull::run(cli, args).await,
        PluginCommand::Push { file, reference, unsigned } => {
            commands::plugin_push::run(cli, file, reference, *unsigned).await
        }
        PluginCommand::Sign { file, key } => commands::plugin_sign::run(cli, file, key).await,
        PluginCommand::Keygen { file } => commands::plugin_sign::make_key(cli, file),
        PluginCommand::Verify { connectors } => commands::plugin_verify::run(cli, connectors),
        PluginCommand::Test { connector, cassette, report, only } => {
            commands::plugin_test::run(cli, connector, cassette, report.as_deref(), only).await
        }
    }
}
