//! Admission: every event of a batch is checked against the schema before anything else sees it.
//!
//! Holds: what comes out is within every bound of `model::limits`; an event is cut only where the
//! schema says so, with the reason; a bad event is refused whole and the rest goes on. Nothing that
//! a connector says is trusted.

use std::collections::HashSet;

use hark_model::{
    Actor, Attachment, Conversation, Counters, Event, FlagReport, Gap, Item, KeptPayload, Ms, Poison,
    Provenance, Relation, StreamInfo, Via, Visibility, limits,
};
use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

use crate::limits::REFUSED_EVENT_BYTES_MAX;

/// Earliest time that is understood: year 1.
const MS_MIN: Ms = -62_135_596_800_000;
/// Latest time that is understood: year 9999.
const MS_MAX: Ms = 253_402_300_799_999;

/// An event within the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The event.
    pub event: Event,
    /// What was cut from it, and why.
    pub cuts: Vec<String>,
}

/// An entry or event that goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it was read.
    pub origin: Provenance,
    /// What it might have been.
    pub hint: String,
    /// Why it was refused.
    pub why: String,
}

/// A batch after admission.
#[derive(Debug, Default)]
pub struct Admission {
    /// What goes on, in order.
    pub admitted: Vec<Admitted>,
    /// What does not.
    pub refused: Vec<Refused>,
    /// The payloads that something refers to.
    pub payloads: Vec<KeptPayload>,
}

/// Checks `events` of a call that kept `payloads`, read from a stream that may show nothing less
/// private than its floor.
pub fn admit(events: Vec<Event>, payloads: Vec<KeptPayload>, stream: &StreamInfo, now: Ms) -> Admission {
    let known: HashSet<u64> = payloads.iter().map(|payload| payload.id).collect();
    let mut admission = Admission::default();
    let mut homeless = Homeless::new(&known, now);
    for event in events {
        if let Event::Poison(poison) = event {
            let refused = Refused::from_poison(poison);
            admission.refused.push(homeless.give_home(refused, None));
            continue;
        }
        let mut cuts = Vec::new();
        let origin = event.origin().cloned();
        let hint = hint_of(&event);
        let shown = format_cut(&event);
        let mut gatekeeper = Gatekeeper { known: &known, floor: stream.visibility_floor, cuts: &mut cuts };
        match gatekeeper.check(event) {
            Ok(event) => admission.admitted.push(Admitted { event, cuts }),
            Err(why) => {
                let refused = Refused { origin: origin.unwrap_or_default(), hint, why };
                admission.refused.push(homeless.give_home(refused, Some(shown)));
            }
        }
    }
    admission.payloads = payloads_in_use(payloads, &admission);
    admission.payloads.extend(homeless.payloads);
    admission
}

fn payloads_in_use(payloads: Vec<KeptPayload>, admission: &Admission) -> Vec<KeptPayload> {
    let admitted = admission.admitted.iter().filter_map(|entry| entry.event.origin());
    let refused = admission.refused.iter().map(|entry| &entry.origin);
    let used: HashSet<u64> = admitted.chain(refused).map(|origin| origin.payload).collect();
    payloads.into_iter().filter(|payload| used.contains(&payload.id)).collect()
}

fn format_cut(event: &Event) -> String {
    let mut shown = match event {
        // Only the head of an item can matter here; its text may be a megabyte.
        Event::Item(item) => format!(
            "item {:?} of {:?}, at {}",
            cut_to(&item.id, 600),
            cut_to(&item.conversation, 600),
            item.published_at
        ),
        other => format!("{other:?}"),
    };
    truncate(&mut shown, REFUSED_EVENT_BYTES_MAX);
    shown
}

fn hint_of(event: &Event) -> String {
    let hint = match event {
        Event::Actor(actor) => format!("actor {}", actor.id),
        Event::Conversation(conversation) => format!("conversation {}", conversation.id),
        Event::Item(item) => format!("item {}", item.id),
        Event::Removal(removal) => format!("removal of {}", removal.id),
        Event::Engagement(engagement) => format!("engagement of {}", engagement.id),
        Event::FlagReport(report) => format!("report {}", report.id),
        Event::Gap(gap) => format!("gap of {}", gap.stream),
        Event::Poison(poison) => poison.hint.clone(),
    };
    cut_to(&hint, limits::NATIVE_ID_BYTES_MAX).to_owned()
}

impl Refused {
    fn from_poison(poison: Poison) -> Self {
        Self {
            origin: poison.origin,
            hint: cut_to(&poison.hint, limits::NATIVE_ID_BYTES_MAX).to_owned(),
            why: cut_to(&poison.why, limits::LINE_BYTES_MAX).to_owned(),
        }
    }
}

/// Keeps refused events whose provenance is itself wrong, so that none is lost: each gets a payload
/// of its own that shows what the connector said.
struct Homeless<'a> {
    known: &'a HashSet<u64>,
    next_id: u64,
    now: Ms,
    payloads: Vec<KeptPayload>,
}

impl<'a> Homeless<'a> {
    fn new(known: &'a HashSet<u64>, now: Ms) -> Self {
        let next_id = known.iter().max().map_or(1, |id| id.saturating_add(1));
        Self { known, next_id, now, payloads: Vec::new() }
    }

    fn give_home(&mut self, mut refused: Refused, shown: Option<String>) -> Refused {
        truncate(&mut refused.origin.pointer, limits::LINE_BYTES_MAX);
        if self.known.contains(&refused.origin.payload) {
            // Two refusals of one payload must not fall on one place.
            if refused.origin.pointer.is_empty() {
                refused.origin.pointer = format!("refused/{}", cut_to(&refused.hint, 128));
            }
            return refused;
        }
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        let body = shown.unwrap_or_else(|| format!("poison {:?}: {}", refused.hint, refused.why));
        self.payloads.push(KeptPayload {
            id,
            label: "refused event".to_owned(),
            media_type: "text/plain".to_owned(),
            body: format!("{}\n{body}", self.payloads.len()).into_bytes(),
            url: None,
            status: None,
            received_at: self.now,
            via: Via::Poll,
        });
        refused.origin = Provenance { payload: id, pointer: String::new() };
        refused
    }
}

/// Checks one event; cuts what may be cut.
struct Gatekeeper<'a> {
    known: &'a HashSet<u64>,
    floor: Visibility,
    cuts: &'a mut Vec<String>,
}

impl Gatekeeper<'_> {
    fn check(&mut self, event: Event) -> Result<Event, String> {
        Ok(match event {
            Event::Actor(actor) => Event::Actor(self.actor(actor)?),
            Event::Conversation(conversation) => Event::Conversation(self.conversation(conversation)?),
            Event::Item(item) => Event::Item(self.item(item)?),
            Event::Removal(removal) => {
                self.origin(&removal.origin)?;
                id("id", &removal.id)?;
                removal.at.map_or(Ok(()), |at| time("at", at))?;
                Event::Removal(removal)
            }
            Event::Engagement(mut engagement) => {
                self.origin(&engagement.origin)?;
                id("id", &engagement.id)?;
                time("at", engagement.at)?;
                self.counters(&mut engagement.counters);
                Event::Engagement(engagement)
            }
            Event::FlagReport(report) => Event::FlagReport(self.flag_report(report)?),
            Event::Gap(gap) => Event::Gap(self.gap(gap)?),
            Event::Poison(poison) => Event::Poison(poison),
        })
    }

    fn actor(&mut self, mut actor: Actor) -> Result<Actor, String> {
        id("id", &actor.id)?;
        time("seen-at", actor.seen_at)?;
        self.line("handle", &mut actor.handle);
        self.line("display-name", &mut actor.display_name);
        self.url("profile-url", &mut actor.profile_url);
        self.url("avatar-url", &mut actor.avatar_url);
        self.count("emails", &mut actor.emails, limits::EMAILS_MAX);
        actor.emails.retain(|email| email.len() <= limits::NATIVE_ID_BYTES_MAX);
        Ok(actor)
    }

    fn conversation(&mut self, mut conversation: Conversation) -> Result<Conversation, String> {
        id("id", &conversation.id)?;
        self.visible(conversation.visibility)?;
        self.line("title", &mut conversation.title);
        self.line("place", &mut conversation.place);
        self.url("url", &mut conversation.url);
        Ok(conversation)
    }

    fn item(&mut self, mut item: Item) -> Result<Item, String> {
        self.origin(&item.origin)?;
        id("id", &item.id)?;
        id("conversation", &item.conversation)?;
        item.author.as_deref().map_or(Ok(()), |author| id("author", author))?;
        time("published-at", item.published_at)?;
        item.edited_at.map_or(Ok(()), |at| time("edited-at", at))?;
        self.visible(item.visibility)?;
        if item.revision.len() > limits::NATIVE_ID_BYTES_MAX {
            return Err(format!("revision is longer than {} bytes", limits::NATIVE_ID_BYTES_MAX));
        }
        item.text = plain(item.text);
        self.text("text", &mut item.text, limits::TEXT_BYTES_MAX);
        if let Some(html) = &mut item.html {
            self.text("html", html, limits::HTML_BYTES_MAX);
        }
        self.line("title", &mut item.title);
        self.url("url", &mut item.url);
        item.language = item.language.take().filter(|language| is_language(language));
        self.lists(&mut item)?;
        Ok(item)
    }

    fn lists(&mut self, item: &mut Item) -> Result<(), String> {
        self.count("relations", &mut item.relations, limits::RELATIONS_MAX);
        item.relations.iter().try_for_each(|Relation { target, .. }| id("relation target", target))?;
        self.count("attachments", &mut item.attachments, limits::ATTACHMENTS_MAX);
        for attachment in &mut item.attachments {
            self.attachment(attachment);
        }
        self.count("tags", &mut item.tags, limits::TAGS_MAX);
        item.tags.retain(|tag| !tag.is_empty() && tag.len() <= limits::NATIVE_ID_BYTES_MAX);
        if let Some(counters) = &mut item.counters {
            self.counters(counters);
        }
        Ok(())
    }

    fn attachment(&mut self, attachment: &mut Attachment) {
        self.url("attachment url", &mut attachment.url);
        self.line("attachment media-type", &mut attachment.media_type);
        self.line("attachment name", &mut attachment.name);
        self.line("attachment alt", &mut attachment.alt);
    }

    fn counters(&mut self, counters: &mut Counters) {
        self.count("reactions", &mut counters.by_reaction, limits::REACTIONS_MAX);
        counters.by_reaction.retain(|(name, _)| name.len() <= limits::NATIVE_ID_BYTES_MAX);
    }

    fn flag_report(&mut self, mut report: FlagReport) -> Result<FlagReport, String> {
        self.origin(&report.origin)?;
        id("id", &report.id)?;
        id("about", &report.about)?;
        report.reporter.as_deref().map_or(Ok(()), |reporter| id("reporter", reporter))?;
        time("at", report.at)?;
        self.text("reason", &mut report.reason, limits::LINE_BYTES_MAX);
        self.text("status", &mut report.status, limits::LINE_BYTES_MAX);
        Ok(report)
    }

    fn gap(&mut self, mut gap: Gap) -> Result<Gap, String> {
        for at in [gap.since, gap.until].into_iter().flatten() {
            time("since or until", at)?;
        }
        self.text("why", &mut gap.why, limits::LINE_BYTES_MAX);
        self.text("stream-name", &mut gap.stream, limits::NAME_BYTES_MAX);
        Ok(gap)
    }

    fn origin(&self, origin: &Provenance) -> Result<(), String> {
        if !self.known.contains(&origin.payload) {
            return Err(format!(
                "origin names payload {}, which the host did not keep in this call",
                origin.payload
            ));
        }
        if origin.pointer.len() > limits::LINE_BYTES_MAX {
            return Err(format!("origin pointer is longer than {} bytes", limits::LINE_BYTES_MAX));
        }
        Ok(())
    }

    fn visible(&self, visibility: Visibility) -> Result<(), String> {
        if visibility < self.floor {
            return Err(format!(
                "visibility {visibility} is less private than the stream's floor {}",
                self.floor
            ));
        }
        Ok(())
    }

    fn text(&mut self, field: &str, text: &mut String, bytes_max: usize) {
        if text.len() > bytes_max {
            self.cuts.push(format!("{field}: {} bytes cut to {bytes_max}", text.len()));
            truncate(text, bytes_max);
        }
    }

    fn line(&mut self, field: &str, line: &mut Option<String>) {
        if let Some(line) = line {
            self.text(field, line, limits::LINE_BYTES_MAX);
        }
    }

    /// A cut address is a wrong address: too long means none.
    fn url(&mut self, field: &str, url: &mut Option<String>) {
        if let Some(long) = url.take_if(|url| url.len() > limits::URL_BYTES_MAX) {
            self.cuts.push(format!(
                "{field}: left out, {} bytes are more than {}",
                long.len(),
                limits::URL_BYTES_MAX
            ));
        }
    }

    fn count<T>(&mut self, field: &str, list: &mut Vec<T>, max: usize) {
        if list.len() > max {
            self.cuts.push(format!("{field}: {} cut to {max}", list.len()));
            list.truncate(max);
        }
    }
}

fn id(field: &str, id: &str) -> Result<(), String> {
    match id.len() {
        1..=limits::NATIVE_ID_BYTES_MAX => Ok(()),
        length => Err(format!("{field} has {length} bytes, not 1 to {}", limits::NATIVE_ID_BYTES_MAX)),
    }
}

fn time(field: &str, at: Ms) -> Result<(), String> {
    if (MS_MIN..=MS_MAX).contains(&at) {
        return Ok(());
    }
    Err(format!("{field} is {at} ms, outside the years 1 to 9999"))
}

fn is_language(language: &str) -> bool {
    let parts_fit = language.split('-').all(|part| (1..=8).contains(&part.len()));
    parts_fit
        && language.len() <= 35
        && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && language != "und"
}

/// Line feeds only, no NUL, NFC.
fn plain(text: String) -> String {
    let text = if text.contains(['\r', '\0']) {
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
    } else {
        text
    };
    match is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => text,
        _ => text.nfc().collect(),
    }
}

fn cut_to(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

fn truncate(text: &mut String, bytes_max: usize) {
    text.truncate(text.floor_char_boundary(bytes_max));
}

#[cfg(test)]
mod tests;
