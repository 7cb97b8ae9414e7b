//! `hark plugin test`: every law on a compiled connector, with cassettes in place of the network.

use std::path::{Path, PathBuf};

use hark_cassette::Cassette;
use hark_certify::{Bench, LAWS, Law, Ruling, certify};
use hark_config::ConnectorRef;
use hark_runtime::Connector;
use serde_json::json;

use crate::cli::Cli;
use crate::commands::plugin_inspect::reference;
use crate::exit::{Done, Exit, Failure, chain};
use crate::{print, wiring};

/// Runs the command. The configuration serves for its cache only, where it is there.
pub async fn run(
    cli: &Cli,
    name: &str,
    cassettes: &[PathBuf],
    report: Option<&Path>,
    only: &[String],
) -> Done {
    let laws = chosen(only)?;
    let config = if cli.config.exists() { Some(wiring::config(&cli.config)?) } else { None };
    let from = reference(name)?;
    let files = if cassettes.is_empty() { beside(&from)? } else { cassettes.to_vec() };
    let connector = wiring::Assembler::new(config.as_ref())?.connector(&from).await?;
    let benches = files.iter().map(|file| bench(&connector, file)).collect::<Result<Vec<_>, _>>()?;
    print::trial(&connector, &files, cli.json);
    let mut rulings = Vec::new();
    for law in laws {
        let ruling = certify(&benches, law).await;
        print::ruling(&ruling, cli.json);
        rulings.push(ruling);
    }
    if let Some(file) = report {
        write(file, &connector, &files, &rulings)?;
    }
    print::certificate(&connector, &rulings, cli.json);
    let broken: Vec<&str> = rulings.iter().filter(|ruling| ruling.is_broken()).map(|it| it.law).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let message = format!("connector {} breaks {}", connector.manifest().id, broken.join(", "));
    Err(Failure::new(Exit::Connector, message).hint("sdk/CERTIFICATION.md says what each law asks"))
}

fn chosen(only: &[String]) -> Result<Vec<&'static Law>, Failure> {
    if only.is_empty() {
        return Ok(LAWS.iter().collect());
    }
    let find = |name: &String| {
        LAWS.iter().find(|law| law.name == name).ok_or_else(|| {
            let known: Vec<&str> = LAWS.iter().map(|law| law.name).collect();
            Failure::new(Exit::Usage, format!("there is no law `{name}`"))
                .hint(format!("there are: {}", known.join(", ")))
        })
    };
    only.iter().map(find).collect()
}

/// The cassettes that lie beside a component.
fn beside(from: &ConnectorRef) -> Result<Vec<PathBuf>, Failure> {
    let folder = match from {
        ConnectorRef::File(file) => file.parent().unwrap_or(Path::new("")).join("cassettes"),
        ConnectorRef::Remote(_) => Path::new("cassettes").to_owned(),
        ConnectorRef::Bundled(id) => Path::new("plugins").join(id.as_str()).join("cassettes"),
    };
    let entries = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let is_cassette = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_cassette).collect();
    files.sort();
    if files.is_empty() {
        let message = format!("there is no cassette in {}", folder.display());
        return Err(Failure::new(Exit::Usage, message)
            .hint("name one with --cassette FILE; hark plugin record SOURCE -o FILE makes one"));
    }
    Ok(files)
}

fn bench(connector: &Connector, file: &Path) -> Result<Bench, Failure> {
    let failed = |why: String| Failure::new(Exit::Usage, format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let cassette = Cassette::parse(&text).map_err(|error| failed(chain(&error)))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Bench::new(connector.clone(), cassette, &name).map_err(|error| failed(chain(&error)))
}

fn write(file: &Path, connector: &Connector, cassettes: &[PathBuf], rulings: &[Ruling]) -> Done {
    let manifest = connector.manifest();
    let names: Vec<String> = cassettes.iter().map(|path| path.display().to_string()).collect();
    let report = json!({
        "report": 1, "connector": manifest.id.as_str(), "version": manifest.version,
        "sha256": hex::encode(connector.digest()), "hark": env!("CARGO_PKG_VERSION"),
        "passed": !rulings.iter().any(Ruling::is_broken), "counts": print::counts(rulings), "cassettes": names,
        "laws": rulings,
    });
    let text = serde_json::to_string_pretty(&report).expect("a report holds nothing that JSON does not");
    std::fs::write(file, text + "\n")
        .map_err(|error| Failure::new(Exit::Usage, format!("{} cannot be written: {error}", file.display())))
}
