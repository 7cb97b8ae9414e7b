//! A connector on its way: signed, pushed into a real registry, pulled, verified and used, by the commands
//! that a publisher and an operator type.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Command, ExitCode, Output};

use hark_kit::needs;
use hark_kit::registry::DockerRegistry;
use serde_json::Value;

fn main() -> ExitCode {
    needs::run_each([
        (None, vec![("a_signed_file_is_told_from_a_changed_one", signed_file as fn())]),
        (
            DockerRegistry::installed().err(),
            vec![("a_connector_goes_from_publisher_to_operator", publisher_to_operator as fn())],
        ),
    ])
}

/// A folder in which the command is run.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    fn hark(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
        command.args(arguments).current_dir(self.path()).env_remove("HARK_CONFIG").output().unwrap()
    }

    /// Runs the command to success and returns its one line of JSON.
    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.hark(&[&["--json"], arguments].concat());
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(said.trim()).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// Runs the command to a failure and returns its exit code and what it says.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.hark(arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!output.status.success(), "{said}");
        (output.status.code().unwrap(), said)
    }
}

/// The connector that is played with: one that ships with Hark, as if it came from elsewhere.
fn component() -> &'static [u8] {
    hark_bundled::component("rss").unwrap()
}

fn source(connector: &str, key: &str, more: &str) -> String {
    format!(
        "[source.news]\nconnector = {connector:?}\nsettings = {{ feeds = [\"https://example.com/feed.xml\"] }}\n\
         grant = {{ hosts = [\"https://example.com\"] }}\n[trust.acme]\nkey = {key:?}\nconnectors = [\"rss\"]\n{more}"
    )
}

fn signed_file() {
    let folder = Folder::new();
    folder.write("news.wasm", component());
    let key = folder.json(&["plugin", "keygen", "acme.key"])["key"].as_str().unwrap().to_owned();
    assert_eq!(folder.refused(&["plugin", "keygen", "acme.key"]).0, 2, "no key is written over");
    let signed = folder.json(&["plugin", "sign", "news.wasm", "--key", "acme.key"]);
    assert_eq!((&signed["connector"], &signed["key"]), (&"rss".into(), &key.as_str().into()));
    folder.write("hark.toml", source("news.wasm", &key, "[trust]\nrequire = \"all\"\n"));
    let good = folder.json(&["plugin", "verify"]);
    assert_eq!((&good["ok"], &good["signed"]["publisher"]), (&true.into(), &"acme".into()));
    let (code, said) = folder.refused(&["plugin", "push", "other.wasm", "oci://127.0.0.1:1/news:1"]);
    assert!(code == 6 && said.contains("other.wasm cannot be read"), "{said}");
    folder.write("news.wasm", [component(), b"\0"].concat());
    let (code, said) = folder.refused(&["plugin", "verify"]);
    assert!(code == 6 && said.contains("does not hold"), "{said}");
    std::fs::remove_file(folder.path().join("news.wasm.minisig")).unwrap();
    let (code, said) = folder.refused(&["check", "--offline"]);
    assert!(code == 4 && said.contains("it is not signed"), "{said}");
}

fn publisher_to_operator() {
    let registry = DockerRegistry::start();
    let reach = format!("[registry.{:?}]\nhttp = true\n", registry.host());
    let reference = format!("oci://{}/acme/news:1", registry.host());
    let publisher = Folder::new();
    publisher.write("news.wasm", component());
    publisher.write("hark.toml", &reach);
    let (code, said) = publisher.refused(&["plugin", "push", "news.wasm", &reference]);
    assert!(code == 6 && said.contains("sign it first"), "{said}");
    let key = publisher.json(&["plugin", "keygen", "acme.key"])["key"].as_str().unwrap().to_owned();
    publisher.json(&["plugin", "sign", "news.wasm", "--key", "acme.key"]);
    let pushed = publisher.json(&["plugin", "push", "news.wasm", &reference]);
    assert_eq!(pushed["signed"], true);

    let operator = Folder::new();
    operator.write("hark.toml", source(&reference, &key, &reach));
    for arguments in [&["check", "--offline"][..], &["run", "--once"], &["plugin", "verify"]] {
        let (code, said) = operator.refused(arguments);
        assert!(matches!(code, 4 | 6) && said.contains("is not pinned"), "{arguments:?} {code}: {said}");
        assert!(!operator.path().join("hark.lock").exists(), "{arguments:?} pins nothing");
    }
    let pulled = operator.json(&["plugin", "pull"]);
    assert_eq!((&pulled["sha256"], &pulled["before"]), (&pushed["sha256"], &Value::Null));
    assert_eq!(operator.json(&["plugin", "pull"])["fetched"], false);
    drop(registry);
    // From here on there is no registry.
    assert_eq!(operator.json(&["plugin", "verify"])["signed"]["connector"], "rss");
    assert_eq!(operator.json(&["plugin", "inspect", &reference])["id"], "rss");
    let checked = operator.hark(&["check", "--offline"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let kept = operator.path().join(".hark-components");
    let kept = kept.join(format!("{}.wasm", pulled["sha256"].as_str().unwrap()));
    std::fs::write(&kept, [component(), b"\0"].concat()).unwrap();
    let (code, said) = operator.refused(&["plugin", "verify"]);
    assert!(code == 6 && said.contains("was changed"), "{said}");
    let (_, said) = operator.refused(&["check", "--offline"]);
    assert!(said.contains("was changed"), "{said}");
}
