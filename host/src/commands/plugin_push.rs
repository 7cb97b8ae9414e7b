//! `hark plugin push`: a connector into an OCI registry, with its signature.

use std::path::Path;

use hark_config::{Config, OciRef, RemoteRef};
use hark_supply::{Origin, Push, Signature, judge};

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure, OrExit, chain};
use crate::{print, wiring};

/// Runs the command. Only what is a connector is pushed, and no signature that does not fit it.
pub async fn run(cli: &Cli, file: &Path, reference: &str, unsigned: bool) -> Done {
    let (to, tag) = target(reference)?;
    let config = wiring::config_or_none(&cli.config)?;
    let (component, connector) = wiring::Assembler::new(Some(&config))?.component(file).await?;
    let signature = signature(&config, file, &component, unsigned)?;
    let manifest = connector.manifest();
    let exports = [format!("hark:connector/connector@{}", connector.contract())];
    let push = Push {
        component: &component,
        connector: manifest.id.as_str(),
        version: &manifest.version,
        imports: connector.imports(),
        exports: &exports,
        signature: signature.as_ref(),
    };
    let pushed = wiring::supply(&config)?.fetcher().push(&to, &tag, push).await.or_exit(Exit::Connector)?;
    print::pushed(reference, &pushed, signature.is_some(), cli.json);
    Ok(())
}

fn target(reference: &str) -> Result<(OciRef, String), Failure> {
    let parsed = RemoteRef::parse(reference).map_err(|error| Failure::of(Exit::Usage, &error))?;
    match parsed {
        RemoteRef::Oci(OciRef { tag: Some(ref tag), digest: None, .. }) => {
            let tag = tag.clone();
            let RemoteRef::Oci(to) = parsed else { unreachable!("it was matched above") };
            Ok((to, tag))
        }
        _ => Err(Failure::new(Exit::Usage, format!("nothing can be pushed to {reference}"))
            .hint("name a registry and a tag: oci://HOST/NAME:TAG")),
    }
}

/// Returns the signature beside the file; one of a publisher that is trusted here must fit.
fn signature(
    config: &Config,
    file: &Path,
    component: &[u8],
    unsigned: bool,
) -> Result<Option<Signature>, Failure> {
    let path = super::plugin_sign::signature_file(file);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && unsigned => return Ok(None),
        Err(error) => {
            let message = format!("the signature {} cannot be read: {error}", path.display());
            return Err(Failure::new(Exit::Connector, message).hint(
                "sign it first: hark plugin sign FILE --key KEY; or push it without, which most who pull will refuse: --unsigned",
            ));
        }
    };
    let failed = |why: String| Failure::new(Exit::Connector, format!("{}: {why}", path.display()));
    let signature = Signature::parse(&text).map_err(|error| failed(chain(&error)))?;
    match judge(&config.trust, Origin::File, component, Some(&signature)) {
        Err(error) => Err(failed(chain(&error)).hint("the file was built anew, perhaps: sign it again")),
        Ok(_) => Ok(Some(signature)),
    }
}
