//! What is said to be given up is refused by the kernel, and what is needed still works. Each test confines a thread
//! of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use hark_confine::{Measure, Needs, State, confine};

/// Confines a new thread to `needs` and lets it do `work`.
fn confined<T: Send>(needs: &Needs, work: impl FnOnce(&[Measure]) -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(|| work(&confine(needs))).join().unwrap())
}

fn in_force(measures: &[Measure], name: &str) -> bool {
    measures.iter().find(|measure| measure.name == name).unwrap().state == State::On
}

fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other) = (folder.path().join("mine"), folder.path().join("other"));
    for place in [&mine, &other] {
        std::fs::create_dir(place).unwrap();
        std::fs::write(place.join("file"), "what stands here").unwrap();
    }
    (folder, mine, other)
}

fn refused(result: std::io::Result<impl Sized>) -> bool {
    result.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

#[test]
fn every_measure_is_told_once_in_order() {
    let names = confined(&Needs::default(), |measures| measures.iter().map(|m| m.name).collect::<Vec<_>>());
    assert_eq!(names, Measure::NAMES);
}

#[test]
fn only_files_that_are_needed_can_be_opened() {
    let (_folder, mine, other) = folder();
    let needs = Needs { write: vec![mine.clone()], ..Needs::default() };
    confined(&needs, |measures| {
        let on = in_force(measures, "files");
        std::fs::write(mine.join("new"), "a").unwrap();
        std::fs::rename(mine.join("new"), mine.join("newer")).unwrap();
        std::fs::remove_file(mine.join("newer")).unwrap();
        assert_eq!(std::fs::read_to_string(mine.join("file")).unwrap(), "what stands here");
        assert_eq!(refused(std::fs::read(other.join("file"))), on);
        assert_eq!(refused(std::fs::write(other.join("new"), "a")), on);
        assert_eq!(refused(std::fs::read_dir("/")), on);
        let up = mine.join("../other/file");
        assert_eq!(refused(std::fs::read(up)), on, "a way round through the parent");
    });
}

#[test]
fn what_is_read_is_not_written() {
    let (_folder, mine, _) = folder();
    let needs =
        Needs { read: vec![mine.join("file"), Path::new("/nowhere/at/all").to_owned()], ..Needs::default() };
    confined(&needs, |measures| {
        std::fs::read(mine.join("file")).unwrap();
        assert_eq!(refused(std::fs::write(mine.join("file"), "a")), in_force(measures, "files"));
    });
}

#[test]
fn names_and_certificates_of_the_system_are_still_read() {
    confined(&Needs::default(), |_| {
        std::fs::read("/etc/hosts").unwrap();
        std::net::ToSocketAddrs::to_socket_addrs(&("localhost", 80)).unwrap();
    });
}

#[test]
fn no_program_is_started() {
    confined(&Needs::default(), |measures| {
        assert_eq!(refused(Command::new("/bin/true").status()), in_force(measures, "programs"));
    });
}

#[test]
fn programs_are_started_where_they_are_needed_and_that_is_said() {
    let needs = Needs { programs: Some("a secret is asked of a program".to_owned()), ..Needs::default() };
    confined(&needs, |measures| {
        assert!(Command::new("/bin/true").status().unwrap().success());
        for name in ["files", "programs"] {
            let state = &measures.iter().find(|measure| measure.name == name).unwrap().state;
            assert_eq!(state.why(), Some("a secret is asked of a program"));
        }
    });
}

#[test]
fn only_ports_that_are_needed_are_listened_on() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let needs = Needs { listen: vec![free.port()], ..Needs::default() };
    confined(&needs, |measures| {
        let listener = TcpListener::bind(free).unwrap();
        std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(refused(TcpListener::bind("127.0.0.1:0")), in_force(measures, "ports"));
    });
}

#[test]
fn odd_calls_are_refused() {
    use rustix::net::{AddressFamily, SocketType, socket};
    confined(&Needs::default(), |measures| {
        let on = in_force(measures, "system-calls");
        // The sockets of the kernel's cryptography: doors of many break-outs.
        const ALG: u16 = 38;
        let perm = |result: rustix::io::Result<_>| result.err() == Some(rustix::io::Errno::PERM);
        assert_eq!(perm(socket(AddressFamily::from_raw(ALG), SocketType::SEQPACKET, None).map(drop)), on);
        assert!(!perm(socket(AddressFamily::INET6, SocketType::STREAM, None).map(drop)));
    });
}

#[test]
fn threads_that_are_started_later_are_confined_too() {
    confined(&Needs::default(), |measures| {
        let on = in_force(measures, "files");
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(refused(std::fs::read_dir("/")), on)).join().unwrap();
        });
    });
}

#[test]
fn nothing_comes_back() {
    let (_folder, mine, other) = folder();
    confined(&Needs { read: vec![mine.clone()], ..Needs::default() }, |measures| {
        let on = in_force(measures, "files");
        confine(&Needs { read: vec![mine, other.clone()], ..Needs::default() });
        assert_eq!(refused(std::fs::read(other.join("file"))), on);
    });
}
