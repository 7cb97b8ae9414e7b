//! The connectors of this repository that are not in Rust: built by the kit, their own tests, and their components in
//! the sandbox, each before a double of its platform and under every law.

use crate::certificate::{self, WITHOUT_WEBHOOKS, WITHOUT_WIRE};
use crate::shell::{hark, run, tree};
use crate::{mastodon, slack};

pub fn mastodon() {
    let folder = tree("mastodon", "plugins/mastodon", "sdk/python");
    hark(&folder, &["plugin", "build", "--install"]);
    run(&folder, ".venv/bin/pytest", &["-q", "-p", "no:cacheprovider"]);
    mastodon::run(&folder);
    certificate::run(&folder, "mastodon", &[WITHOUT_WIRE, WITHOUT_WEBHOOKS, mastodon::NOT_TRIED]);
}

pub fn slack() {
    let folder = tree("slack", "plugins/slack", "sdk/js");
    hark(&folder, &["plugin", "build", "--install"]);
    run(&folder, "npm", &["test"]);
    slack::run(&folder);
    certificate::run(&folder, "slack", &[WITHOUT_WIRE, slack::NOT_TRIED]);
}
