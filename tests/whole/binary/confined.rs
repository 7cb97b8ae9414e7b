//! The program as it listens: confined by the kernel, told by `hark doctor`; and as a service, by systemd.
//!
//! The judgement of systemd is asked where it is installed; elsewhere that test is ignored and says so.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use hark_kit::needs;
use serde_json::Value;
use tempfile::TempDir;

/// What systemd makes of the service, of 100; a service without any option has about 96.
const EXPOSURE_MAX: &str = "15";

fn main() -> ExitCode {
    let analyse = Command::new("systemd-analyze").arg("--version").output();
    let missing =
        analyse.err().map(|error| format!("systemd-analyze does not start (Debian: systemd): {error}"));
    let own: Vec<(&'static str, fn())> = vec![
        ("listening_is_confined", listening_is_confined),
        ("what_cannot_be_given_up_is_said", what_cannot_be_given_up_is_said),
    ];
    needs::run_each([(None, own), (missing, vec![("the_service_is_closed", the_service_is_closed as fn())])])
}

fn folder(rest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        r#"
cache = {cache:?}
listen = "127.0.0.1:0"
{rest}

[source.blog]
connector = "rss"
settings = {{ feeds = ["http://127.0.0.1:9/feed.xml"] }}
grant = {{ hosts = ["http://127.0.0.1:9"], private_addresses = ["127.0.0.1/32"] }}
"#,
        cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled"),
    );
    std::fs::write(folder.path().join("hark.toml"), config).unwrap();
    folder
}

fn hark(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
    command.args(args).current_dir(folder.path()).env_remove("HARK_CONFIG");
    command
}

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What `hark doctor` says of a measure.
fn state(measures: &[Value], name: &str) -> String {
    let measure = measures.iter().find(|measure| measure["measure"] == name).unwrap();
    measure["state"].as_str().unwrap().to_owned()
}

fn doctor(folder: &TempDir) -> Vec<Value> {
    let output = hark(folder, &["--json", "doctor"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn listening_is_confined() {
    let folder = folder("");
    let measures = doctor(&folder);
    let mut running =
        Running(hark(&folder, &["run"]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(running.0.stderr.take().unwrap()).lines();
    assert!(
        lines.map_while(Result::ok).any(|line| line.contains("the feed is at")),
        "it ended before it listened"
    );

    let status = std::fs::read_to_string(format!("/proc/{}/status", running.0.id())).unwrap();
    let line =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert_eq!(line("NoNewPrivs:") == "1", state(&measures, "privileges") == "on");
    assert_eq!(line("Seccomp:") == "2", state(&measures, "system-calls") == "on");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.0.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"));
}

fn what_cannot_be_given_up_is_said() {
    let program = "[source.blog.credentials]\npassword = \"cmd:pass show blog\"\n";
    let folder = folder("[process]\nconfine = \"require\"");
    let path = folder.path().join("hark.toml");
    let config = std::fs::read_to_string(&path).unwrap() + program;
    std::fs::write(path, config).unwrap();
    assert_eq!(
        (state(&doctor(&folder), "files"), state(&doctor(&folder), "programs")),
        ("off".into(), "off".into())
    );

    let output = hark(&folder, &["run", "--once"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("files: `password` of source blog is asked of a program"), "{said}");
    assert!(!folder.path().join("hark.db").exists(), "it began all the same");
}

fn the_service_is_closed() {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE_MAX, "hark.service"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Overall exposure level for hark.service"), "{said}");
}
