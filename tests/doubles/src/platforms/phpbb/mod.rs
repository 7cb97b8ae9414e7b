//! phpBB 3.3: its Atom feeds.
//!
//! Holds: a feed shows its newest posts and no more; a guest's links carry a session's id that is another each time.
//! Not here: pages, and anything that changes the forum.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::arguments;
use crate::sample::{self, Sample};
use crate::torture::{self, Case};
use crate::{ControlError, Core, Ms, Platform, Refusal, reply, times, unsaid};

/// Member of the board, with the password below.
pub const USER: &str = "hark";
/// Password of [`USER`].
pub const PASSWORD: &str = "phpbb-password-1";
/// Forum that guests do not see.
const MEMBERS_ONLY: u64 = 5;

/// Address that the forum gives as its own: what stands in its settings, not what it is reached by.
const ADDRESS: &str = "https://forum.example.com";

#[derive(Debug, Clone)]
struct Post {
    id: u64,
    forum: u64,
    subject: String,
    is_reply: bool,
    /// A guest has no id.
    author: (Option<u64>, String),
    text: String,
    published: Ms,
    updated: Ms,
}

struct World {
    forums: BTreeMap<u64, String>,
    posts: BTreeMap<u64, Post>,
    items: usize,
    sessions: u64,
    shows_sid: bool,
    /// Older versions name forum and topic in a link.
    names_topic: bool,
    /// Feeds are for those who log in over HTTP.
    http_auth: bool,
    last: u64,
}

/// phpBB.
pub struct PhpBb {
    core: Arc<Core>,
    world: Mutex<World>,
}

impl PhpBb {
    /// Makes a board with two forums and nothing said in them.
    pub fn new(core: Arc<Core>) -> Self {
        let world = World {
            forums: [
                (3, "IT".to_owned()),
                (4, "Canteen".to_owned()),
                (MEMBERS_ONLY, "Works council".to_owned()),
            ]
            .into(),
            posts: BTreeMap::new(),
            items: 15,
            sessions: 0,
            shows_sid: false,
            names_topic: false,
            http_auth: false,
            last: 500,
        };
        Self { core, world: Mutex::new(world) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform for PhpBb {
    fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/app.php/feed", get(all))
            .route("/app.php/feed/forum/{id}", get(of_forum))
            .fallback(async || missing())
            .with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        run(&mut self.world(), op, args, self.core.seed(), self.core.now())
    }

    fn refusal(&self, refusal: &Refusal, _request: &Parts) -> Response {
        let status = match refusal {
            Refusal::RateLimit(_) | Refusal::Quota { .. } | Refusal::ServerError => 503,
            Refusal::Unknown | Refusal::Expired | Refusal::Revoked => 401,
            Refusal::Scope(_) | Refusal::Forbidden => 403,
            Refusal::NotFound => 404,
        };
        page(status, "Information")
    }
}

fn missing() -> Response {
    page(404, "No route found")
}

fn page(status: u16, title: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body><h2>{title}</h2></body></html>"
    );
    reply::with_type(status, "text/html; charset=UTF-8", html)
}

async fn all(State(board): State<Arc<PhpBb>>, request: Parts) -> Response {
    let mut world = board.world();
    match is_member(&world, &request) {
        Ok(is_member) => feed(&mut world, None, is_member),
        Err(challenge) => *challenge,
    }
}

async fn of_forum(State(board): State<Arc<PhpBb>>, Path(id): Path<u64>, request: Parts) -> Response {
    let mut world = board.world();
    match is_member(&world, &request) {
        Ok(false) if id == MEMBERS_ONLY => page(403, "You are not authorised to read this feed."),
        Ok(is_member) if world.forums.contains_key(&id) => feed(&mut world, Some(id), is_member),
        Ok(_) => page(404, "The forum you selected does not exist."),
        Err(challenge) => *challenge,
    }
}

/// Tells whether a member asks. Where the board logs in over HTTP it asks everybody to; where it does not, it
/// looks at no login.
fn is_member(world: &World, request: &Parts) -> Result<bool, Box<Response>> {
    let right = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let given = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    match (world.http_auth, given) {
        (false, _) => Ok(false),
        (true, Some(given)) if given == right => Ok(true),
        (true, _) => {
            let challenge = [("www-authenticate", "Basic realm=\"Intranet forum - Feed\"".to_owned())];
            Err(Box::new(reply::and_headers(page(401, "You are not authorised."), &challenge)))
        }
    }
}

fn feed(world: &mut World, forum: Option<u64>, is_member: bool) -> Response {
    world.sessions += 1;
    let is_seen = |post: &&Post| is_member || post.forum != MEMBERS_ONLY;
    let newest = world.posts.values().rev().filter(is_seen);
    let newest = newest.filter(|post| forum.is_none_or(|id| post.forum == id));
    let entries: String = newest.take(world.items).map(|post| entry(world, post)).collect();
    let own = forum.map_or_else(|| "feed".to_owned(), |id| format!("feed/forum/{id}"));
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en-gb\">\n\
         \t<link rel=\"self\" type=\"application/atom+xml\" href=\"{ADDRESS}/app.php/{own}\" />\n\n\
         \t<title>Intranet forum</title>\n\t<subtitle>All about work</subtitle>\n\t<link href=\"{ADDRESS}/index.php\" />\n\
         \t<updated>2026-07-24T09:12:45+00:00</updated>\n\n\t<author><name><![CDATA[Intranet forum]]></name></author>\n\
         \t<id>{ADDRESS}/app.php/{own}</id>\n\n{entries}</feed>\n"
    );
    reply::with_type(200, "application/atom+xml; charset=UTF-8", torture::unmask(xml))
}

fn entry(world: &World, post: &Post) -> String {
    let sid =
        if world.shows_sid { format!("&amp;sid={:032x}", world.sessions * 7_919) } else { String::new() };
    let id = post.id;
    let topic = if world.names_topic {
        format!("f={}&amp;t={}&amp;", post.forum, topic_of(world, post))
    } else {
        String::new()
    };
    let link = format!("{ADDRESS}/viewtopic.php?{topic}p={id}{sid}#p{id}");
    let forum = world.forums.get(&post.forum).map(String::as_str).unwrap_or_default();
    let subject = if post.is_reply { format!("Re: {}", post.subject) } else { post.subject.clone() };
    let time = |at: Ms| times::written("%Y-%m-%dT%H:%M:%S+00:00", at);
    let author = match post.author.0 {
        Some(uid) => format!(
            "<a href=\"{ADDRESS}/memberlist.php?mode=viewprofile&amp;u={uid}{sid}\">{}</a>",
            post.author.1
        ),
        None => post.author.1.clone(),
    };
    let said = times::written("%a %b %d, %Y %-I:%M %p", post.published);
    // A post cannot end the section that it stands in.
    let text = post.text.replace("]]>", "]]&gt;");
    format!(
        "\t<entry>\n\t\t<author><name><![CDATA[{}]]></name></author>\n\t\t<updated>{} </updated>\n\n\
         \t\t<published>{}</published>\n\n\t\t<id>{link}</id>\n\t\t<link href=\"{link}\"/>\n\
         \t\t<title type=\"html\"><![CDATA[{forum} \u{2022} {subject}]]></title>\n\n\
         \t\t<category term=\"{forum}\" scheme=\"{ADDRESS}/viewforum.php?f={}{sid}\" label=\"{forum}\"/>\n\
         \t\t<content type=\"html\" xml:base=\"{link}\"><![CDATA[\n{text}<p>Statistics: Posted by {author} \u{2014} {said}</p><hr />\n]]></content>\n\t</entry>\n",
        post.author.1,
        time(post.updated),
        time(post.published),
        post.forum,
    )
}

/// The first post of its subject stands for the topic.
fn topic_of(world: &World, post: &Post) -> u64 {
    let mut same =
        world.posts.values().filter(|other| other.forum == post.forum && other.subject == post.subject);
    same.next().map_or(post.id, |first| first.id - 400)
}

#[derive(Deserialize)]
struct Of {
    id: Option<Value>,
    #[serde(default = "unsaid::text")]
    text: String,
    #[serde(default = "unsaid::author")]
    author: String,
    #[serde(default)]
    guest: bool,
    #[serde(default = "subject_default")]
    title: String,
    reply_to: Option<Value>,
    #[serde(default = "forum_default")]
    category: u64,
    at: Option<Ms>,
    #[serde(default = "one")]
    items: usize,
    #[serde(default = "unsaid::yes")]
    on: bool,
    username: Option<String>,
}

fn subject_default() -> String {
    "VPN drops every hour".to_owned()
}

fn forum_default() -> u64 {
    3
}

fn one() -> usize {
    1
}

fn number(id: Option<&Value>) -> Option<u64> {
    id.and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()))
}

fn run(world: &mut World, op: &str, args: &Value, seed: u64, now: Ms) -> Result<Value, ControlError> {
    if op == "ids" {
        return Ok(world.posts.keys().map(|id| json!(id.to_string())).collect());
    }
    if op == "torture" {
        return torture::asked(args)?.into_iter().map(|(_, case)| suffer(world, &case, now)).collect();
    }
    let of: Of = arguments(op, args)?;
    let known = || ControlError::missing("post", of.id.clone().unwrap_or_default());
    match op {
        "insert" => {
            let id = insert(world, &of, now);
            return Ok(json!({ "id": id.to_string(), "ids": [id.to_string()] }));
        }
        "seed" => {
            for place in 0..of.items as u64 {
                let sample = Sample::nth(seed, place);
                let at = now - 60_000 * Ms::try_from(of.items as u64 - place).unwrap_or(0);
                let id = insert(world, &Of { text: sample.text, at: Some(at), ..blank() }, now);
                if let Some(post) = world.posts.get_mut(&id) {
                    post.author = (Some(1_000 + sample.author), sample::handle(sample.author));
                }
            }
        }
        "edit" => {
            let post = number(of.id.as_ref()).and_then(|id| world.posts.get_mut(&id)).ok_or_else(known)?;
            (post.text, post.updated) = (of.text.clone(), now);
        }
        "delete" => _ = number(of.id.as_ref()).and_then(|id| world.posts.remove(&id)).ok_or_else(known)?,
        "move" => {
            let post = number(of.id.as_ref()).and_then(|id| world.posts.get_mut(&id)).ok_or_else(known)?;
            (post.forum, post.subject) = (of.category, of.title.clone());
        }
        "rename-author" | "anonymise-author" | "remove-author" => {
            let author = of.author.clone();
            for post in world.posts.values_mut().filter(|post| post.author.1 == author) {
                post.author = match &of.username {
                    Some(name) => (post.author.0, name.clone()),
                    None => (None, "Anonymous".to_owned()),
                };
            }
        }
        "feed-items" => world.items = of.items,
        "session-ids" => world.shows_sid = of.on,
        "topic-links" => world.names_topic = of.on,
        "http-auth" => world.http_auth = of.on,
        _ => return Err(ControlError::Unknown(op.to_owned())),
    }
    Ok(json!({}))
}

fn blank() -> Of {
    Of {
        id: None,
        text: unsaid::text(),
        author: unsaid::author(),
        guest: false,
        title: subject_default(),
        reply_to: None,
        category: forum_default(),
        at: None,
        items: 1,
        on: true,
        username: None,
    }
}

fn insert(world: &mut World, of: &Of, now: Ms) -> u64 {
    let id = number(of.id.as_ref()).unwrap_or(world.last + 1);
    world.last = world.last.max(id);
    let parent = number(of.reply_to.as_ref()).and_then(|id| world.posts.get(&id));
    let (forum, subject) = match parent {
        Some(parent) => (parent.forum, parent.subject.clone()),
        None => (of.category, of.title.clone()),
    };
    let at = of.at.unwrap_or(now);
    let uid = of.author.bytes().fold(7_u64, |uid, byte| (uid * 31 + u64::from(byte)) % 9_973);
    let author = (Some(uid).filter(|_| !of.guest), of.author.clone());
    let is_reply = of.reply_to.is_some();
    let text = of.text.clone();
    world.posts.insert(id, Post { id, forum, subject, is_reply, author, text, published: at, updated: at });
    id
}

/// XML holds neither control characters nor half a pair, so the board has taken them out.
fn suffer(world: &mut World, case: &Case, now: Ms) -> Result<Value, ControlError> {
    let say = |world: &mut World, text: &str, at: Ms, id: Option<Value>| {
        let clean: String = text
            .chars()
            .filter(|c| {
                (!c.is_control() || *c == '\n') && ![torture::LONE_HIGH, torture::LONE_LOW].contains(c)
            })
            .collect();
        insert(world, &Of { text: clean, at: Some(at), id, ..blank() }, now)
    };
    let id = match case {
        Case::Text(text) => say(world, text, now, None),
        Case::BigId => say(world, "acme widget with a large id", now, Some(json!(torture::BEYOND_FLOAT))),
        Case::Future => say(world, "acme widget tomorrow", now + torture::FUTURE_MS, None),
        Case::Before1970 => say(world, "acme widget long ago", torture::BEFORE_1970_MS, None),
        Case::NoAuthor => {
            let id = say(world, "acme widget from nobody", now, None);
            if let Some(post) = world.posts.get_mut(&id) {
                post.author = (None, String::new());
            }
            id
        }
        // A board has no answers to a post, only topics.
        Case::Cycle | Case::Deep(_) => say(world, "acme widget in a topic", now, None),
    };
    Ok(json!({ "id": id.to_string() }))
}
