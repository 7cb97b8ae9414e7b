//! With the tools of others: a real registry on loopback, skopeo that reads what was pushed to it, and
//! minisign, whose signatures and keys are ours and the other way round.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Command, ExitCode};

use hark_config::{Config, OciRef, RemoteRef};
use hark_kit::needs;
use hark_kit::registry::DockerRegistry;
use hark_model::ConnectorId;
use hark_supply::{
    Digest, KeyError, Pull, Pulled, Push, Pushed, Signature, SigningKey, Statement, Supply, SupplyError,
    Verdict,
};

fn main() -> ExitCode {
    let registry = DockerRegistry::installed().err();
    needs::run_each([
        (
            registry.clone(),
            vec![
                ("what_was_pushed_is_pulled_signed_and_pinned", pushed_and_pulled as fn()),
                ("a_blob_that_the_registry_changed_is_not_taken", blob_changed),
                ("a_registry_that_wants_a_password_gets_it", locked),
            ],
        ),
        (
            registry.or(without("skopeo", "--version")),
            vec![("skopeo_copies_what_was_pushed", skopeo_copies as fn())],
        ),
        (
            without("minisign", "-v"),
            vec![
                ("minisign_verifies_what_we_sign", minisign_verifies as fn()),
                ("we_verify_what_minisign_signs", we_verify),
                ("a_key_with_a_password_opens_with_it_alone", password_of_a_key),
            ],
        ),
    ])
}

/// Says that a program is missing, if it is.
fn without(program: &str, argument: &str) -> Option<String> {
    let there = Command::new(program).arg(argument).output().is_ok();
    (!there).then(|| format!("{program} is not installed (Debian: apt-get install {program})"))
}

/// Runs something asynchronous to its end.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

fn component(text: &str) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0", text.as_bytes()].concat()
}

fn statement(connector: &str, version: &str) -> Statement {
    Statement { connector: ConnectorId::parse(connector).unwrap(), version: version.to_owned() }
}

/// A configuration in its folder, with a key that is trusted.
struct Site {
    folder: tempfile::TempDir,
    config: Config,
    key: SigningKey,
}

impl Site {
    fn new(registry: &DockerRegistry, more: &str) -> Self {
        let (folder, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
        std::fs::write(folder.path().join("password"), DockerRegistry::PASSWORD).unwrap();
        let text = format!(
            "[trust.acme]\nkey = {:?}\nconnectors = [\"acme-*\"]\n[registry.{:?}]\nhttp = true\n{more}",
            key.public_line(),
            registry.host()
        );
        let config = Config::parse(&text, &folder.path().join("hark.toml")).unwrap();
        Self { folder, config, key }
    }

    fn supply(&self) -> Supply {
        Supply::open(&self.config).unwrap()
    }

    fn push(&self, of: &OciRef, component: &[u8], version: &str) -> Result<Pushed, hark_supply::FetchError> {
        self.push_signed(of, component, version, &self.sign(component, version))
    }

    fn sign(&self, component: &[u8], version: &str) -> Signature {
        self.key.sign(component, &statement("acme-forum", version), 1_700_000_000).unwrap()
    }

    fn push_signed(
        &self,
        of: &OciRef,
        component: &[u8],
        version: &str,
        signature: &Signature,
    ) -> Result<Pushed, hark_supply::FetchError> {
        let (imports, exports) =
            (["hark:connector/http@0.1.0".to_owned()], ["hark:connector/connector@0.1.0".to_owned()]);
        let push = Push {
            component,
            connector: "acme-forum",
            version,
            imports: &imports,
            exports: &exports,
            signature: Some(signature),
        };
        run(self.supply().fetcher().push(of, of.tag.as_deref().unwrap(), push))
    }

    fn pull(&self, of: &RemoteRef, pull: Pull) -> Result<Pulled, SupplyError> {
        run(self.supply().pull(of, pull, &mut |_, _| {}))
    }
}

fn reference(registry: &DockerRegistry, tag: &str) -> (RemoteRef, OciRef) {
    let reference = RemoteRef::parse(&format!("oci://{}/acme/forum:{tag}", registry.host())).unwrap();
    let RemoteRef::Oci(of) = &reference else { panic!("a registry") };
    (reference.clone(), of.clone())
}

fn pushed_and_pulled() {
    let registry = DockerRegistry::start();
    let site = Site::new(&registry, "");
    let (one, two) = (component("one"), vec![7; 3 << 20]);
    let two = [component("two"), two].concat();
    let (tag, of) = reference(&registry, "stable");
    let signature = site.sign(&one, "1.0.0");
    let pushed = site.push_signed(&of, &one, "1.0.0", &signature).unwrap();
    let again = site.push_signed(&of, &one, "1.0.0", &signature).unwrap();
    assert_eq!(again, pushed, "the same component with the same signature is the same artifact");
    let pulled = site.pull(&tag, Pull::Missing).unwrap();
    assert_eq!((pulled.component.digest, &pulled.component.bytes), (pushed.component, &one));
    assert!(matches!(&pulled.component.verdict, Verdict::Signed { publisher, .. } if publisher == "acme"));
    let lock = std::fs::read_to_string(site.config.lock()).unwrap();
    assert!(
        lock.contains(&pushed.manifest.to_string()) && lock.contains(&pushed.component.to_string()),
        "{lock}"
    );
    // The tag moves on; what is pinned stays, and is had by its digest.
    site.push(&of, &two, "1.1.0").unwrap();
    std::fs::remove_dir_all(&site.config.components).unwrap();
    assert_eq!(site.pull(&tag, Pull::Missing).unwrap().component.bytes, one);
    assert_eq!(site.pull(&tag, Pull::Update).unwrap().component.bytes, two);
    // And not back again by itself.
    site.push(&of, &one, "1.0.0").unwrap();
    let back = site.pull(&tag, Pull::Update).unwrap_err();
    assert!(matches!(back, SupplyError::Older { .. }), "{back}");
    drop(registry);
    let RemoteRef::Oci(_) = &tag else { panic!("a registry") };
    assert_eq!(site.supply().component(&tag).unwrap().bytes, two, "the registry is not needed to run");
}

fn blob_changed() {
    let registry = DockerRegistry::start();
    let site = Site::new(&registry, "");
    let (tag, of) = reference(&registry, "1");
    let pushed = site.push(&of, &component("forum"), "1.0.0").unwrap();
    let blob = registry.blob(&pushed.component.hex());
    std::fs::write(&blob, component("forun")).unwrap();
    let error = site.pull(&tag, Pull::Missing).unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("other bytes"), "{error:?}");
    assert!(!site.config.lock().exists());
}

fn locked() {
    let registry = DockerRegistry::start_locked();
    let (tag, of) = reference(&registry, "1");
    let nobody = Site::new(&registry, "");
    let refused = nobody.push(&of, &component("forum"), "1.0.0").unwrap_err();
    assert!(refused.to_string().contains("answers 401"), "{refused}");
    let user = DockerRegistry::USER;
    let site = Site::new(&registry, &format!("user = {user:?}\npassword = \"file:password\"\n"));
    site.push(&of, &component("forum"), "1.0.0").unwrap();
    assert_eq!(site.pull(&tag, Pull::Missing).unwrap().component.bytes, component("forum"));
    let error = nobody.pull(&tag, Pull::Missing).unwrap_err();
    assert!(error.remedy().contains("sign in"), "{}", error.remedy());
}

fn skopeo_copies() {
    let registry = DockerRegistry::start();
    let site = Site::new(&registry, "");
    let bytes = component("forum");
    let (_, of) = reference(&registry, "1");
    let pushed = site.push(&of, &bytes, "1.0.0").unwrap();
    let copy = site.folder.path().join("copy");
    let copied = Command::new("skopeo")
        .args(["--insecure-policy", "copy", "--src-tls-verify=false"])
        .arg(format!("docker://{}/acme/forum:1", registry.host()))
        .arg(format!("dir:{}", copy.display()))
        .output()
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    assert_eq!(std::fs::read(copy.join(pushed.component.hex())).unwrap(), bytes);
    let manifest = std::fs::read(copy.join("manifest.json")).unwrap();
    assert_eq!(Digest::of(&manifest), pushed.manifest);
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let config = manifest["config"]["digest"].as_str().unwrap().trim_start_matches("sha256:");
    let config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(copy.join(config)).unwrap()).unwrap();
    assert_eq!(config["layerDigests"][0], pushed.component.to_string());
    assert_eq!(config["component"]["exports"][0], "hark:connector/connector@0.1.0");
}

/// Runs minisign in `folder`; returns whether it is content, and what it says.
fn minisign(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("minisign").args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn minisign_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate().unwrap();
    let bytes = component("forum");
    std::fs::write(folder.path().join("a.wasm"), &bytes).unwrap();
    let signature = key.sign(&bytes, &statement("acme-forum", "1.0.0"), 1_700_000_000).unwrap();
    std::fs::write(folder.path().join("a.wasm.minisig"), signature.as_str()).unwrap();
    let verify = ["-V", "-P", &key.public_line(), "-m", "a.wasm"];
    let (content, said) = minisign(folder.path(), &verify);
    assert!(content && said.contains("connector:acme-forum\tversion:1.0.0"), "{said}");
    std::fs::write(folder.path().join("a.wasm"), component("forun")).unwrap();
    assert!(!minisign(folder.path(), &verify).0);
}

fn we_verify() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = component("forum");
    std::fs::write(folder.path().join("a.wasm"), &bytes).unwrap();
    // -W: without a password, which it would ask a terminal for.
    let (made, said) = minisign(folder.path(), &["-G", "-W", "-p", "acme.pub", "-s", "acme.key"]);
    assert!(made, "{said}");
    let public = std::fs::read_to_string(folder.path().join("acme.pub")).unwrap();
    let line = public.lines().nth(1).unwrap();
    let comment = "connector:acme-forum version:2.0.0";
    let (made, said) = minisign(folder.path(), &["-S", "-s", "acme.key", "-t", comment, "-m", "a.wasm"]);
    assert!(made, "{said}");
    let text = std::fs::read_to_string(folder.path().join("a.wasm.minisig")).unwrap();
    let signature = Signature::parse(&text).unwrap();
    assert_eq!(signature.verify(line, &bytes).unwrap(), statement("acme-forum", "2.0.0"));
    assert!(signature.verify(line, &component("forun")).is_err());
    // Its key signs here, too, and ours signs there.
    let key = SigningKey::read(&folder.path().join("acme.key"), None).unwrap();
    assert_eq!(key.public_line(), line);
    SigningKey::generate().unwrap().write_new(&folder.path().join("ours.key")).unwrap();
    let (made, said) = minisign(
        folder.path(),
        &["-S", "-s", "ours.key", "-t", comment, "-x", "b.minisig", "-W", "-m", "a.wasm"],
    );
    assert!(made, "{said}");
    // What it says by default does not say what was signed.
    let (made, said) = minisign(folder.path(), &["-S", "-s", "acme.key", "-m", "a.wasm"]);
    assert!(made, "{said}");
    let text = std::fs::read_to_string(folder.path().join("a.wasm.minisig")).unwrap();
    let error = Signature::parse(&text).unwrap().verify(line, &bytes).unwrap_err();
    assert!(error.to_string().contains("hark plugin sign"), "{error}");
}

/// A key that `minisign -G` made with the password "correct horse".
const LOCKED: &str = include_str!("locked.key");

fn password_of_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("locked.key");
    std::fs::write(&path, LOCKED).unwrap();
    assert!(matches!(SigningKey::read(&path, None), Err(KeyError::Locked { .. })));
    assert!(matches!(SigningKey::read(&path, Some("wrong")), Err(KeyError::Password { .. })));
    let key = SigningKey::read(&path, Some("correct horse")).unwrap();
    assert_eq!(key.public_line(), include_str!("locked.pub").lines().nth(1).unwrap());
}
