//! A real Dovecot for a test: its own folder, port, certificate and mailbox; gone when dropped.
//!
//! Holds: it listens on loopback only, writes nowhere but in its folder, and is ready when `start` returns.
//! Not its business: what the mails are.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Where Debian and its like put it.
const PROGRAMS: [&str; 3] = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot"];
/// How long it may take to be ready.
const START_MAX: Duration = Duration::from_secs(30);
/// How often another port is tried when one was taken in between.
const PORTS_TRIED: usize = 5;

/// A running Dovecot with one user and one mailbox.
pub struct Dovecot {
    folder: TempDir,
    owner: Owner,
    child: Child,
    tls_port: u16,
    plain_port: u16,
    delivered: u32,
}

/// Who the mails belong to: Dovecot refuses to serve those of root.
#[derive(Debug, Clone)]
struct Owner {
    user: String,
    group: String,
    ids: Option<(u32, u32)>,
}

impl Dovecot {
    /// Name to sign in with.
    pub const USER: &str = "listen@example.com";
    /// Password to sign in with.
    pub const PASSWORD: &str = "correct horse \"battery\" \\ staple";

    /// Returns the program, or why there is none that this can start.
    pub fn installed() -> Result<PathBuf, String> {
        let found = PROGRAMS.iter().map(PathBuf::from).find(|path| path.is_file());
        let program = found.ok_or("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")?;
        let version = Command::new(&program).arg("--version").output().map_err(|error| error.to_string())?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        match version.starts_with("2.3.") {
            true => Ok(program),
            // 2.4 has another language of settings.
            false => Err(format!("the installed Dovecot is {version}, not 2.3")),
        }
    }

    /// Starts one and waits until it answers.
    pub fn start() -> Self {
        let program = Self::installed().expect("callers ask first whether it is installed");
        let folder = tempfile::tempdir().expect("a folder for Dovecot");
        let owner = owner();
        prepare(folder.path(), &owner);
        for _ in 0..PORTS_TRIED {
            let (tls_port, plain_port) = (free_port(), free_port());
            fs::write(
                folder.path().join("dovecot.conf"),
                settings(folder.path(), &owner, tls_port, plain_port),
            )
            .expect("the settings can be written");
            if let Some(child) = spawn(&program, folder.path()) {
                greet(plain_port);
                return Self { folder, owner, child, tls_port, plain_port, delivered: 0 };
            }
        }
        panic!("Dovecot does not start");
    }

    /// Returns the port that speaks TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// Returns the port that wants STARTTLS.
    pub fn plain_port(&self) -> u16 {
        self.plain_port
    }

    /// Returns the certificate authority to trust, as PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Returns the certificate that it shows, and the key to it, as PEM.
    pub fn certificate(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("cert.pem"), self.folder.path().join("key.pem"))
    }

    /// Delivers a mail that arrived at `at`.
    pub fn deliver(&mut self, raw: &[u8], at: SystemTime) {
        self.deliver_to("", raw, at);
    }

    /// Delivers a mail to a mailbox: `.Sent`, its name as it goes over the wire; made if it is not there.
    pub fn deliver_to(&mut self, mailbox: &str, raw: &[u8], at: SystemTime) {
        self.delivered += 1;
        let maildir = self.folder.path().join("mail/Maildir").join(mailbox);
        for part in ["", "new", "cur", "tmp"] {
            let path = maildir.join(part);
            if !path.is_dir() {
                fs::create_dir(&path).expect("the maildir is ours");
                self.owner.give(&path);
            }
        }
        // Names of one length, so that their order is that of delivery.
        let name = format!("1700000000.M{:06}P1.hark", self.delivered);
        let (fresh, arrived) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
        fs::write(&fresh, raw).expect("a mail can be written");
        // A maildir keeps the time of arrival as that of the file.
        let file = fs::File::options().write(true).open(&fresh).expect("a mail can be opened");
        file.set_modified(at).expect("a mail can be dated");
        self.owner.give(&fresh);
        fs::rename(fresh, arrived).expect("a mail can be delivered");
    }

    /// Delivers many mails that were seen already, each with the time of its arrival: quicker than one by one, for
    /// a Dovecot that nobody reads meanwhile.
    pub fn fill(&mut self, mails: impl IntoIterator<Item = (Vec<u8>, SystemTime)>) {
        let current = self.folder.path().join("mail/Maildir/cur");
        for (raw, at) in mails {
            self.delivered += 1;
            let path = current.join(format!("1700000000.M{:06}P1.hark:2,S", self.delivered));
            let mut file = fs::File::create(&path).expect("a mail can be written");
            file.write_all(&raw).expect("a mail can be written");
            file.set_modified(at).expect("a mail can be dated");
            self.owner.give(&path);
        }
    }

    /// Removes the mails of INBOX that hold `words`, as their owner does.
    pub fn expunge(&self, words: &str) {
        let mut removed = 0;
        for part in ["new", "cur"] {
            let entries = fs::read_dir(self.folder.path().join("mail/Maildir").join(part));
            for entry in entries.expect("the maildir can be read") {
                let path = entry.expect("the maildir can be read").path();
                let raw = fs::read(&path).expect("a mail can be read");
                if String::from_utf8_lossy(&raw).contains(words) {
                    fs::remove_file(path).expect("a mail can be removed");
                    removed += 1;
                }
            }
        }
        assert!(removed > 0, "there is no mail with {words:?}");
    }

    /// Forgets all UIDs, as a restored backup does: UIDVALIDITY changes.
    pub fn forget_uids(&self) {
        for entry in fs::read_dir(self.folder.path().join("mail/Maildir")).expect("the maildir can be read") {
            let path = entry.expect("the maildir can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("dovecot-uidlist") || name.starts_with("dovecot.index") {
                // Dovecot takes its own locks and logs away while it closes the last session.
                if let Err(error) = fs::remove_file(path) {
                    assert!(
                        error.kind() == std::io::ErrorKind::NotFound,
                        "the list of UIDs can be removed: {error}"
                    );
                }
            }
        }
    }

    /// Returns the names of all mails: in a maildir a name ends in the flags, as in `:2,S`.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for part in ["new", "cur"] {
            let entries = fs::read_dir(self.folder.path().join("mail/Maildir").join(part));
            for entry in entries.expect("the maildir can be read") {
                names
                    .push(entry.expect("the maildir can be read").file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        names
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // By its own way: killed, it would leave its helpers behind.
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _gone = self.child.kill();
        }
        let _status = self.child.wait();
    }
}

impl Owner {
    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.ids {
            chown(path, Some(user), Some(group)).expect("root can give files away");
        }
    }
}

/// Ourselves; but nobody, where we are root.
fn owner() -> Owner {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("`id` runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let number = |text: String| text.parse().expect("`id` prints a number");
    match id(&["-u"]).as_str() {
        "0" => {
            let ids = (number(id(&["-u", "nobody"])), number(id(&["-g", "nobody"])));
            Owner { user: "nobody".to_owned(), group: id(&["-gn", "nobody"]), ids: Some(ids) }
        }
        _ => Owner { user: id(&["-un"]), group: id(&["-gn"]), ids: None },
    }
}

fn prepare(folder: &Path, owner: &Owner) {
    // Its helpers are other users, and must reach what lies in the folder.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
    for part in
        ["run", "state", "mail", "mail/Maildir", "mail/Maildir/new", "mail/Maildir/cur", "mail/Maildir/tmp"]
    {
        fs::create_dir(folder.join(part)).expect("the folder is ours");
        if part.starts_with("mail") {
            owner.give(&folder.join(part));
        }
    }
    let (user, password) = (Dovecot::USER, Dovecot::PASSWORD);
    fs::write(folder.join("users"), format!("{user}:{{PLAIN}}{password}\n")).expect("the folder is ours");
    certify(folder);
}

/// Makes an authority and a certificate of it for loopback.
fn certify(folder: &Path) {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names are fine");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "a test's authority");
    let authority_key = KeyPair::generate().expect("a key");
    let authority_cert = authority.self_signed(&authority_key).expect("an authority");
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let cert =
        CertificateParams::new(names).expect("good names").signed_by(&key, &issuer).expect("a certificate");
    for (name, text) in
        [("ca.pem", authority_cert.pem()), ("cert.pem", cert.pem()), ("key.pem", key.serialize_pem())]
    {
        fs::write(folder.join(name), text).expect("the folder is ours");
    }
}

fn settings(folder: &Path, owner: &Owner, tls_port: u16, plain_port: u16) -> String {
    let (folder, Owner { user, group, .. }) = (folder.display(), owner);
    format!(
        "base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = /dev/stderr\nprotocols = imap\n\
listen = 127.0.0.1\nssl = required\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem\nssl_dh =\n\
disable_plaintext_auth = yes\nauth_failure_delay = 0\nmail_location = maildir:{folder}/mail/Maildir\n\
default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
first_valid_uid = 1\nfirst_valid_gid = 1\nmail_uid = {user}\nmail_gid = {group}\n\
mail_max_userip_connections = 100\n\
namespace inbox {{\n  inbox = yes\n  mailbox Sent {{\n    special_use = \\Sent\n  }}\n}}\n\
passdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}\n\
userdb {{\n  driver = static\n  args = uid={user} gid={group} home={folder}/mail\n}}\n\
service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {plain_port}\n  }}\n\
  inet_listener imaps {{\n    port = {tls_port}\n    ssl = yes\n  }}\n}}\n\
service anvil {{\n  chroot =\n}}\n"
    )
}

/// Starts the program; none if it ends instead of listening.
fn spawn(program: &Path, folder: &Path) -> Option<Child> {
    let mut child = Command::new(program)
        .args(["-F", "-c"])
        .arg(folder.join("dovecot.conf"))
        // Without a zone the C library looks at a file for each date: in a large mailbox that is most of a search.
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Dovecot starts");
    let log = child.stderr.take().expect("its log is ours");
    let (said, heard) = mpsc::channel();
    // Reads to the end, so that the log never fills its pipe.
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let _unheard = said.send(line);
        }
    });
    let mut log = Vec::new();
    while let Ok(line) = heard.recv_timeout(START_MAX) {
        if line.contains("starting up for imap") {
            return Some(child);
        }
        log.push(line);
    }
    let _gone = child.kill();
    let _status = child.wait();
    let is_taken = log.iter().any(|line| line.contains("Address already in use"));
    assert!(is_taken, "Dovecot does not start:\n{}", log.join("\n"));
    None
}

/// Waits for the first words of the server.
fn greet(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("Dovecot listens");
    stream.set_read_timeout(Some(START_MAX)).expect("a socket takes a timeout");
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).expect("Dovecot greets");
    assert_eq!(&greeting, b"* OK", "Dovecot greets");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
