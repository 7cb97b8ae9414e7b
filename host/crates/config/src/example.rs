//! A settings file that shows every key, with what each is for.

/// The shortest file that is of use; shown to somebody who has none.
pub(crate) const START: &str = r#"# hark.toml
[source.news]
connector = "rss"
settings = { feeds = ["https://example.com/feed.xml"] }
grant = { hosts = ["https://example.com"] }
"#;

/// A settings file that shows every key, with what each is for. It passes every check of this crate.
pub const EXAMPLE: &str = r#"# Settings of Hark. Paths are taken from the folder of this file.

data = "hark.db"            # the database
cache = ".hark-cache"       # compiled connectors; may be deleted at any time
token_key = "file:hark.key" # seals the tokens that platforms renew; `(umask 077; openssl rand -hex 32 > hark.key)`
names_key = "file:names.key" # 64 hexadecimal digits, too; if left out, Hark makes `hark-names.key` beside the database
components = ".hark-components"  # fetched connectors; `hark plugin pull` fetches them again
listen = "127.0.0.1:7070"   # where the pages are served

[web]
webhooks = "127.0.0.1:7071" # where platforms deliver, at /in/NAME; beside the pages, if left out

# What the process gives up before it listens (`hark doctor` shows it): all files, ports, programs and system calls
# that it does not need. "auto" as far as the kernel allows; "require" wholly, or it does not start; "off".
[process]
confine = "auto"

# Connectors are compiled in a process apart, which is stopped when one makes the compiler run away.
[compile]
memory_mib = 8_192          # address space
secs = 300                  # computing; a connector in Python takes about 10

[routing]
rules = "rules.toml"        # who should see what, who gets it, who is told, and until when

[analysis]
models = ["mails.model"]    # made by `hark train` from your own labels; asked first
signals = "signals.toml"    # your own rules for urgency and the like, beside those that come with Hark or in their place

# A model of your own that is asked about the items of which the first opinion is least sure. It needs Hark built with
# the feature `onnx`; without, this table is refused. The last four say what it may cost, and may be left out.
[analysis.second_opinion]
model = "model.onnx"
tokenizer = "tokenizer.json"
labels = ["negative", "neutral", "positive"] # what its classes mean, in its order
languages = ["en"]          # those that it knows; all, if left out
below = 0.55                # a first opinion of less confidence is asked about
items_per_sec = 10          # over time
items_at_once = 50
batch_ms = 1_000            # after so long no other item of a batch is begun
tokens = 128                # of one text

# Mail addresses, telephones, cards, IBANs and internet addresses in what is heard: "keep"; "mask-out" masks them in
# what `hark feed` and exports tell, in notices and in the log; "mask-store" masks them before anything is analysed or
# stored, and keeps no payloads and no capsules. The same value has the same name under `names_key`.
[zone.social]
personal_data = "mask-out"

# Who may be named by `hark experts` as somebody who knows; put nobody here who has not agreed to it.
[experts.ada]
accounts = ["@ada", "ada@example.org"]  # handles, mail addresses and ids by which their items are known

# What one source may spend, unless it says otherwise itself. Every key may be left out.
[limits]
memory_mib = 64             # memory of one instance
call_secs = 30              # one call, waits included
cpu_ms = 5_000              # computing in one call
host_call_kib = 1_024       # arguments of one call to the host
log_lines = 1_000           # log lines of one call
log_line_bytes = 4_096      # one log line
batch_events = 2_000        # events of one batch
batch_mib = 32              # one batch
requests = 50               # requests and connections of one call
requests_per_min = 3_000    # to one host with one credential, all sources together
request_secs = 20           # one request, redirects included
body_mib = 16               # one answer, after decompression
header_kib = 32             # all headers of one answer
wire_mib = 64               # what one wire connection may read
redirects = 5               # redirects of one request; 0 follows none
deliveries_per_min = 3_000  # webhook deliveries; more are turned away

# Connectors that are fetched are pinned in hark.lock, and signed by somebody who stands here.
[trust]
require = "remote"          # all: files, too; remote: what is fetched, unless its digest is named; none: the pin alone

[trust.acme]
key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"  # minisign.pub; a list while keys change
connectors = ["acme-*"]     # what acme may sign

# How a host that connectors come from is reached. https, public addresses and nobody, if left out.
[registry."registry.example.com"]
user = "hark"
password = "env:REGISTRY_PASSWORD"               # env:, file: or cmd:, as credentials
sign_in = "auth.example.com"                     # its token server, where that is another host
ca_file = "corp-ca.pem"
private_addresses = ["10.1.0.0/16"]
http = false                # true: without TLS, on loopback only

# One table for each thing that is listened to. The name is yours: a-z, 0-9 and -.
[source.support-mail]
connector = "email"         # ships with Hark; or a path that ends in .wasm
zone = "extranet"           # intranet, extranet or social; the connector has a default
scope = "imap:support@example.com"  # names the account; items of one scope are never doubled
poll_secs = 60              # the connector has a default
enabled = true
owner = "Support"           # the function of the company that owns it
streams = ["inbox"]         # all, if left out
targets = ["INBOX", "Sent"] # what `hark sources discover` lists; or for each stream: { inbox = ["INBOX"] }
backfill_days = 30          # what was said before is read, too; not, if left out
recheck = true              # look again for edits, removals and figures; not where reading costs money, if left out
retention_days = 365        # for ever, if left out

# Handed to the connector as it is; `hark check` holds it against what the connector wants.
[source.support-mail.settings]
host = "mail.example.com"
user = "support@example.com"

# Where each secret comes from: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS. Never the secret itself.
[source.support-mail.credentials]
imap-password = "env:SUPPORT_IMAP_PASSWORD"

# Access tokens that Hark renews by itself. Without refresh_token, the client asks for itself.
[source.support-mail.credentials.smtp-password]
kind = "oauth2"
token_url = "https://login.example.com/oauth2/token"
client_id = "hark"
client_secret = "env:SUPPORT_CLIENT_SECRET"      # may be left out, if the platform gave none
refresh_token = "file:support-refresh-token"     # only the first; the later ones are kept, sealed
scope = "mail"                                   # may be left out
client_in_form = false                           # true: client and secret go into the form, not the header

# What it may reach. Nothing, unless it stands here and the connector asks for it.
[source.support-mail.grant]
hosts = []                                       # https://HOST[:PORT][/PATH], https://*.example.com
endpoints = ["tls://mail.example.com:993"]       # tls://HOST:PORT or starttls://HOST:PORT
private_addresses = ["10.1.0.0/16"]              # addresses that are not public
ca_file = "corp-ca.pem"                          # certificate authorities beside the system's

[source.support-mail.limits]
memory_mib = 128

[source.news]
connector = "rss"
settings = { feeds = ["https://example.com/feed.xml"] }
grant = { hosts = ["https://example.com"] }

# Keys that sign each request, for a connector that asks for OAuth 1.0a.
[source.news.credentials.user]
kind = "oauth1"
consumer_key = "env:CONSUMER_KEY"
consumer_secret = "env:CONSUMER_SECRET"
token = "env:TOKEN"
token_secret = "env:TOKEN_SECRET"

# Where news for people goes: one table for each target. Every text passes a mask of personal data on its way out.
[notices.team]
kind = "mail"
host = "mail.example.com"   # the server that takes what is sent
port = 465                  # 465 for tls and 587 for starttls, if left out
security = "tls"            # tls or starttls; plain, on this machine only
user = "hark@example.com"
password = "env:NOTICES_PASSWORD"                # env:, file: or cmd:, as credentials
from = "hark@example.com"
to = ["team@example.com"]   # may be left out where only experts are asked
ca_file = "corp-ca.pem"     # certificate authorities in place of the system's
per_min = 60                # attempts in a minute
digest_secs = 1_800         # what is not urgent waits so long for others; nothing waits, if left out
repeats = 1                 # how often what may have arrived is sent again by itself; 0 leaves it to a person
quiet = { from = "22:00", until = "07:00", zone = "Europe/Berlin" }  # only what is urgent is sent then

# Signed as Standard Webhooks are; `webhook-id` is the notice's key, by which a receiver folds repeats.
[notices.pager]
kind = "webhook"
url = "https://pager.example.com/hark"           # or env:, file: or cmd:, if it is a secret
secret = "file:pager.secret"                     # `whsec_` and Base64; `openssl rand -base64 32`
private_addresses = ["10.1.0.0/16"]              # addresses that are not public

# Slack, and what takes the same form. Whoever has the address can write there, so it is a secret.
[notices.chat]
kind = "slack"
url = "env:CHAT_URL"

# Experts without an account: `hark ask` sends one of them a link to one thread.
[ask]
key = "file:ask.key"        # what links are made of; `(umask 077; openssl rand -hex 32 > ask.key)`
url = "https://hark.example.com/ask/"            # where people reach /ask/ of this server
target = "team"             # which of [notices] asks
asker = "Acme Support"      # who asks, as the person reads it
days = 7                    # how long a question opens
may_see = "public"          # the most private thread that a person may see: public, unlisted, community, internal, restricted, direct
inbox = "ask@example.com"   # answers by mail come to ask+TICKET@example.com
answers = "support-mail"    # the source that reads that mailbox; answers do not become items
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use std::path::Path;

    #[test]
    fn both_examples_pass_and_the_long_one_shows_every_key() {
        let short = Config::parse(START, Path::new("hark.toml")).unwrap();
        assert_eq!(short.sources[0].name.as_str(), "news");
        let long = Config::parse(EXAMPLE, Path::new("hark.toml")).unwrap();
        assert_eq!((long.sources.len(), long.rules.as_deref()), (2, Some(Path::new("rules.toml"))));
        for known in crate::limits::LIMIT_KEYS {
            assert!(EXAMPLE.contains(&format!("\n{} = ", known.key)), "limit: {}", known.key);
        }
        assert_eq!(long.sources[1].limits, hark_model::SourceLimits::STRICT);
        assert_eq!(long.notices.len(), 3);
        assert!(long.ask.is_some_and(|ask| ask.answers.is_some()));
    }
}
